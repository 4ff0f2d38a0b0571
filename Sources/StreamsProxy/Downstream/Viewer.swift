import Auth

/// Somebody who watches a live preview, for as long as it runs.
struct Viewer {
    let principal: Principal
    /// The accounts that let the viewer in: a password that was changed since ends what it began.
    let directory: AccountDirectory

    /// Why the viewer may no longer watch; nil where it may.
    func review(_ authenticator: Authenticator, now: Int64) -> Denial? {
        switch authenticator.review(principal, now: now).outcome {
        case .failure(let denial):
            return denial
        case .success(let current):
            guard current.permits(.view) else { return .forbidden(.missingVerb(.view)) }
            // The wider view may have been what let it in.
            if principal.readsAllAccounts, !current.readsAllAccounts { return .forbidden(.foreignAccount) }
            if principal.kind == .basic, directory !== authenticator.directory {
                let before = directory.account(principal.accountID)?.password
                if before != authenticator.directory.account(principal.accountID)?.password {
                    return .unauthenticated(.wrongLoginOrPassword)
                }
            }
            return nil
        }
    }
}
