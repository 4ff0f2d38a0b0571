internal import Auth
internal import HTTPCore

extension DataRefusal {
    /// What the operator is told where a change can't be made.
    init(_ fault: AccountsFault) {
        switch fault {
        case .noSuchLogin(let login): self.init("no account has the login \(Displayed.quoted(login))")
        case .loginTaken(let login):
            self.init("there is an account with the login \(Displayed.quoted(login)) already")
        case .accountIDTaken(let id): self.init("there is an account with the id \(id) already")
        case .noSuchAccount: self.init("the token's account is gone")
        case .noSuchToken: self.init("no token has that id")
        case .tokenIDTaken: self.init("there is a token with that id already")
        case .wideAreaNotAllowed: self.init("--visibility-area \(AccountsFault.wideArea)")
        case .tooManyTokens: self.init(AccountsFault.full)
        case .tooLargePermissions: self.init(AccountsFault.large)
        }
    }
}
