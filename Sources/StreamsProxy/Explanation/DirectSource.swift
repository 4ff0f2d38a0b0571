import Auth
import HTTPCore

/// Answers what the rules ask at once: a password is compared, Luna-Accounts asked on the spot, as a command may take its
/// time.
final class DirectSource: AdmissionSource {
    let authenticator: Authenticator
    /// Where Luna-Accounts has the accounts.
    private let contract: AccountsContract?
    /// Unix milliseconds.
    let now: Int64
    /// Who the caller is, once the rules have asked.
    private(set) var decision: Decision?
    var owner: StreamOwner?

    init(_ authenticator: Authenticator, _ contract: AccountsContract?, now: Int64) {
        self.contract = contract
        self.authenticator = authenticator
        self.now = now
    }

    func decision(on head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Decision? {
        if let decision { return decision }
        decision = decide(head, bytes, isOfNoIssuer: false)
        return decision
    }

    private func decide(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, isOfNoIssuer: Bool) -> Decision {
        let step = authenticator.decide(
            head: bytes, authorization: head.fields.value(.authorization),
            accountHeader: head.fields.value(.lunaAccountID), now: now, isOfNoIssuer: isOfNoIssuer)
        switch step {
        case .decided(let decision): return decision
        case .verify(let check): return authenticator.accept(check, check.run(), now: now)
        case .checkSignature(let token):
            let decision = authenticator.checkSignature(of: token, now: now)
            return authenticator.accept(issued: token, decision, now: now) ?? decide(head, bytes, isOfNoIssuer: true)
        case .ask(let question):
            guard let contract else { preconditionFailure("only where a service has the accounts is it asked") }
            return contract.decision(question, contract.request(question).answer(), now: now)
        }
    }

    func permits(_ principal: Principal, _ verb: Verb, under key: String) -> Bool {
        authenticator.permits(principal, verb, under: key)
    }

    func owner(of streamID: UniqueID) -> StreamOwner? { owner }
}
