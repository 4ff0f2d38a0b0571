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
        let step = authenticator.decide(
            head: bytes, authorization: head.fields.value(.authorization),
            accountHeader: head.fields.value(.lunaAccountID), now: now)
        switch step {
        case .decided(let decision): self.decision = decision
        case .verify(let check): decision = authenticator.accept(check, check.run(), now: now)
        case .ask(let question):
            guard let contract else { preconditionFailure("only where a service has the accounts is it asked") }
            decision = contract.decision(question, contract.request(question).answer(), now: now)
        }
        return decision
    }

    func permits(_ principal: Principal, _ verb: Verb, under key: String) -> Bool {
        authenticator.permits(principal, verb, under: key)
    }

    func owner(of streamID: UniqueID) -> StreamOwner? { owner }
}
