package import HTTPCore

/// One change of the accounts or their tokens, whoever makes it and wherever they are kept. It is made whole or not at all.
package enum AccountsChange: Sendable {
    case createAccount(AccountRecord)
    case updateAccount(login: String, AccountEdit)
    /// Its tokens go with it.
    case deleteAccount(login: String)
    /// A token with an id that was made before: so whoever did not hear what became of it can look for it.
    case createToken(UniqueID, of: AccountName, TokenChanges, now: Timestamp)
    case changeToken(UniqueID, of: TokenOwner, TokenChanges)
    case deleteToken(UniqueID, of: TokenOwner)
}

/// What is to become of an account; nil where it stays.
package struct AccountEdit: Sendable {
    package var type: AccountType?
    package var description: String?
    package var password: PasswordHash?

    package init(type: AccountType? = nil, description: String? = nil, password: PasswordHash? = nil) {
        self.type = type
        self.description = description
        self.password = password
    }
}

/// How a change names an account.
package enum AccountName: Sendable {
    case id(UniqueID)
    case login(String)
}

/// Whose a token must be for a change to find it.
package enum TokenOwner: Sendable {
    /// For the operator.
    case anybody
    case account(UniqueID)
}

/// What a change was made to, and what only its maker is told. It can't be printed.
package struct AccountsResult: Sendable, Concealed {
    /// Of the account or the token.
    package let id: UniqueID
    /// The text of a token that was made, which is nowhere else; empty after all other changes.
    package let token: String

    package init(_ id: UniqueID, token: String = "") {
        self.id = id
        self.token = token
    }
}

/// Why a change can't be made.
package enum AccountsFault: Error, Sendable, Equatable {
    case noSuchLogin(String)
    case loginTaken(String)
    case accountIDTaken(UniqueID)
    case noSuchAccount
    /// Or not one of that owner.
    case noSuchToken
    case tokenIDTaken
    /// `visibility_area` `all` for an account of type `user`.
    case wideAreaNotAllowed
    case tooManyTokens
    /// All `permissions` of the account together, `PermissionsBound.ofAccount`.
    case tooLargePermissions

    package static let wideArea = "all is only for accounts of type advanced_user and admin"
    package static let full = "the account has \(AccountsDocument.tokensOfAccount) tokens, and can have no more"
    package static let large =
        "the permissions of the account's tokens take more than \(PermissionsBound.ofAccount) bytes together"
}
