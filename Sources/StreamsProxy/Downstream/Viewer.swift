import Auth
import HTTPCore

/// Somebody who watches a live preview, for as long as it runs.
struct Viewer {
    /// What let the viewer in, and is asked again.
    enum Proof {
        /// The accounts of that time: a password that was changed since ends what it began.
        case directory(AccountDirectory)
        /// The token of another issuer, decided on again by the keys of that time.
        case issued(ServiceQuestion)
        /// The credential, put to Luna-Accounts again.
        case service(ServiceQuestion)
    }

    let principal: Principal
    let proof: Proof
    /// Since when nothing could be found out; nil where it could the last time.
    private var unknownSince: Instant?

    init(principal: Principal, proof: Proof) {
        self.principal = principal
        self.proof = proof
    }

    /// Why the viewer may no longer watch by the accounts file; nil where it may.
    func review(_ authenticator: Authenticator, since directory: AccountDirectory, now: Int64) -> Denial? {
        switch authenticator.review(principal, now: now).outcome {
        case .failure(let denial):
            return denial
        case .success(let current):
            if let denial = denial(of: current) { return denial }
            return authenticator.hasPasswordChanged(principal, since: directory)
                ? .unauthenticated(.wrongLoginOrPassword) : nil
        }
    }

    /// Why the viewer may no longer watch by the issuers of now; nil where it may.
    func review(_ authenticator: Authenticator, issued token: ServiceQuestion, now: Int64) -> Denial? {
        switch authenticator.reviewIssued(token, now: now).outcome {
        case .failure(let denial): denial
        case .success(let current): denial(of: current)
        }
    }

    /// Why the viewer may no longer watch by what Luna-Accounts says; nil where it may. While it says nothing, the viewer
    /// may for `grace`, and never past the token's end. `now` is in Unix milliseconds, `instant` the same moment.
    mutating func review(_ decision: Decision, grace: Interval, now: Int64, at instant: Instant) -> Denial? {
        if principal.isExpired(at: now) { return .unauthenticated(.tokenExpired) }
        switch decision.outcome {
        case .success(let current):
            unknownSince = nil
            return denial(of: current)
        case .failure(.unavailable(let reason)):
            let since = unknownSince ?? instant
            unknownSince = since
            return instant < since.advanced(by: grace) ? nil : .unavailable(reason)
        case .failure(let denial):
            return denial
        }
    }

    private func denial(of current: Principal) -> Denial? {
        guard current.permits(.view) else { return .forbidden(.missingVerb(.view)) }
        // The wider view may have been what let it in.
        if principal.readsAllAccounts, !current.readsAllAccounts { return .forbidden(.foreignAccount) }
        return current.accountID == principal.accountID ? nil : .forbidden(.foreignAccount)
    }
}
