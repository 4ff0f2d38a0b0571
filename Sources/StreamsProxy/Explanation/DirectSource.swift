import Auth
import HTTPCore

/// Answers what the rules ask at once: a password is compared on the spot, as a command may take its time.
final class DirectSource: AdmissionSource {
    let authenticator: Authenticator
    /// Unix milliseconds.
    let now: Int64
    /// Who the caller is, once the rules have asked.
    private(set) var decision: Decision?
    var owner: StreamOwner?

    init(_ authenticator: Authenticator, now: Int64) {
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
        }
        return decision
    }

    func owner(of streamID: UniqueID) -> StreamOwner? { owner }
}
