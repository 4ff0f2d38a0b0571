/// What a token permits now.
package struct TokenGrant: Sendable {
    package let permissions: TokenPermissions
    package let visibility: Visibility
    /// No longer valid from then on. Nil where it never ends.
    package let expires: Timestamp?
}
