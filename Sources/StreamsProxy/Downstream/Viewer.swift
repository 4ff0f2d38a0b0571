import Auth
import HTTPCore

/// Somebody who watches a live preview, for as long as it runs.
struct Viewer {
    /// What let the viewer in, and is asked again.
    enum Proof {
        /// An account here, or its token. The account's password where the viewer came by that: one that was changed since
        /// ends what it began. Not the accounts of that time, which would stay in memory as a whole.
        case accounts(password: PasswordHash?)
        /// The token of another issuer, whose signature was right by the issuers that this pool has; by others it is
        /// checked again.
        case issued(ServiceQuestion, by: SignaturePool)
        /// The credential, put to Luna-Accounts again.
        case service(ServiceQuestion)
    }

    let principal: Principal
    private(set) var proof: Proof
    /// When the token ends as it was last seen, which may be moved; in Unix seconds.
    private var expires: Int64?
    /// Since when nothing could be found out; nil where it could the last time.
    private var unknownSince: Instant?

    init(principal: Principal, proof: Proof) {
        self.principal = principal
        self.proof = proof
        expires = principal.expires
    }

    /// How long the token is valid yet, at `now` in Unix milliseconds; nil where it never ends.
    func milliseconds(from now: Int64) -> Int64? {
        expires.map { $0.multipliedReportingOverflow(by: 1000) }.flatMap { $0.overflow ? nil : $0.partialValue - now }
    }

    func isExpired(at now: Int64) -> Bool { milliseconds(from: now).map { $0 <= 0 } ?? false }

    /// Why the viewer may no longer watch by the accounts file; nil where it may.
    mutating func review(_ authenticator: Authenticator, cameBy password: PasswordHash?, now: Int64) -> Denial? {
        switch authenticator.review(principal, now: now).outcome {
        case .failure(let denial):
            return denial
        case .success(let current):
            if let denial = accept(current) { return denial }
            return authenticator.password(of: principal) == password
                ? nil : .unauthenticated(.wrongLoginOrPassword)
        }
    }

    /// The signature is right by the pool's issuers too.
    mutating func isIssued(by pool: SignaturePool) {
        if case .issued(let token, _) = proof { proof = .issued(token, by: pool) }
    }

    /// Why the viewer may no longer watch by what was asked elsewhere; nil where it may. While nothing is found out, the
    /// viewer may for `grace`, and never past the token's end. `now` is in Unix milliseconds, `instant` the same moment.
    mutating func review(_ decision: Decision, grace: Interval, now: Int64, at instant: Instant) -> Denial? {
        if isExpired(at: now) { return .unauthenticated(.tokenExpired) }
        switch decision.outcome {
        case .success(let current):
            unknownSince = nil
            return accept(current)
        case .failure(.unavailable(let reason)):
            let since = unknownSince ?? instant
            unknownSince = since
            return instant < since.advanced(by: grace) ? nil : .unavailable(reason)
        case .failure(let denial):
            return denial
        }
    }

    /// The principal as it is now; why it may not watch, if it may not.
    private mutating func accept(_ current: Principal) -> Denial? {
        expires = current.expires
        guard current.permits(.view) else { return .forbidden(.missingVerb(.view)) }
        // The wider view may have been what let it in.
        if principal.readsAllAccounts, !current.readsAllAccounts { return .forbidden(.foreignAccount) }
        return current.accountID == principal.accountID ? nil : .forbidden(.foreignAccount)
    }
}
