import Auth
import HTTPCore

/// Whether somebody admitted earlier still is: for requests whose content takes its time, and for answers that last.
extension Authenticator {
    /// Whether the account's password is another than in `directory`.
    func hasPasswordChanged(_ principal: Principal, since directory: AccountDirectory) -> Bool {
        principal.kind == .basic && directory !== self.directory
            && directory.account(principal.accountID)?.password
                != self.directory.account(principal.accountID)?.password
    }

    /// Why a principal that was admitted under `directory` may no longer use the method; nil where it may. Luna-Accounts
    /// is not asked again: its decisions last for as long as they are remembered. `now` is in Unix milliseconds.
    func denial(
        of principal: Principal, _ method: Method, since directory: AccountDirectory, now: Int64
    ) -> Denial? {
        if directory === self.directory, !principal.isExpired(at: now) { return nil }
        switch review(principal, now: now).outcome {
        case .failure(.unavailable): return nil
        case .failure(let denial): return denial
        case .success(let current):
            if hasPasswordChanged(principal, since: directory) { return .unauthenticated(.wrongLoginOrPassword) }
            return Admission.missingPermission(current, method)
        }
    }
}

/// Who sends content that is gathered before anything goes upstream, and the accounts of the time when it began.
struct GatheredRequest {
    let request: ForwardedRequest
    let principal: Principal
    let directory: AccountDirectory
}
