internal import Auth
internal import HTTPCore
internal import JSON

/// How records are shown: all of them that isn't a secret.
extension JSONWriter {
    /// Of an object that is open.
    mutating func members(of token: TokenRecord) {
        member("token_id", token.id.description)
        member("account_id", token.accountID.description)
        member("description", token.description)
        name("permissions")
        raw(token.permissions.text)
        member("visibility_area", token.visibility.rawValue)
        member("expiration_time", token.expires?.description)
        member("create_time", token.created.description)
    }

    /// Of an object that is open.
    mutating func members(of account: AccountRecord) {
        member("account_id", account.id.description)
        member("login", account.login)
        member("account_type", account.type.rawValue)
        member("description", account.description)
        member("create_time", account.created.description)
    }
}
