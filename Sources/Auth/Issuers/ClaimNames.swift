/// Which members of a token's payload say what. A claim that is not named here is not looked at, so that an issuer that
/// happens to use a word of ours gives nobody anything.
package struct ClaimNames: Sendable, Equatable {
    /// The account, a UUID. Every token must have it.
    package var accountID = "account_id"
    /// One of LUNA's three account types.
    package var accountType: String?
    /// What the token permits: see `ClaimedVerbs`.
    package var permissions: String?
    /// LUNA's `visibility_area`.
    package var visibility: String?
    /// Kept where it is a UUID, for whoever reads about the principal.
    package var tokenID = "jti"

    package init() {}
}
