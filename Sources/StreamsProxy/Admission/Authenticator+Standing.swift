import Auth
import HTTPCore

/// Whether somebody admitted earlier still is: for requests whose content takes its time, and for answers that last.
extension Authenticator {
    /// The password that a principal came by; nil for one that came by something else.
    func password(of principal: Principal) -> PasswordHash? {
        principal.kind == .basic ? directory.account(principal.accountID)?.password : nil
    }

    /// Why a principal that came by `password`, if by any, may no longer use the method; nil where it may. Luna-Accounts
    /// is not asked again: its decisions last for as long as they are remembered. `now` is in Unix milliseconds.
    func denial(
        of principal: Principal, _ method: Method, cameBy password: PasswordHash?, now: Int64
    ) -> Denial? {
        switch review(principal, now: now).outcome {
        case .failure(.unavailable): return nil
        case .failure(let denial): return denial
        case .success(let current):
            if self.password(of: principal) != password { return .unauthenticated(.wrongLoginOrPassword) }
            return Admission.missingPermission(current, method)
        }
    }
}

/// Who sends content that is gathered before anything goes upstream. What is compared when all has come is kept, and not
/// the accounts of the time when it began: they would stay in memory as a whole.
struct GatheredRequest {
    let request: ForwardedRequest
    let principal: Principal
    /// The account's when it began; nil where it was not let in by it.
    let password: PasswordHash?
}
