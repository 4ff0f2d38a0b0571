package import HTTPCore

/// What one record of the accounts has become.
package enum DirectoryChange: Sendable {
    case account(AccountRecord)
    /// And all its tokens.
    case accountGone(UniqueID)
    case token(TokenRecord)
    case tokenGone(UniqueID)
}
