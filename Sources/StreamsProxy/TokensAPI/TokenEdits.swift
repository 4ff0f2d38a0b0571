internal import Auth
internal import HTTPCore

/// Why a change of an account's tokens can't be made.
package enum TokenFault: Error {
    case noSuchAccount
    /// Or not one of that owner.
    case noSuchToken
    /// `visibility_area` `all` for an account of type `user`.
    case wideAreaNotAllowed
    case tooManyTokens
    /// All `permissions` of the account together, `PermissionsBound.ofAccount`.
    case tooLargePermissions

    static let wideArea = "all is only for accounts of type advanced_user and admin"
    static let full = "the account has \(AccountsDocument.tokensOfAccount) tokens, and can have no more"
    static let large =
        "the permissions of the account's tokens take more than \(PermissionsBound.ofAccount) bytes together"
}

/// Whose a token must be for a change to find it.
enum TokenOwner {
    /// For the operator.
    case anybody
    case account(UniqueID)
}

/// The changes of tokens: all there are, for `/6/tokens` and for the command line.
extension AccountsDocument {
    /// The most tokens of one account: the file is read and written whole with every change.
    static var tokensOfAccount: Int { 1000 }

    /// A new token. Its text is nowhere else: the record holds only what it permits.
    mutating func createToken(
        of accountID: UniqueID, _ changes: TokenChanges, now: Timestamp
    ) throws(TokenFault) -> (id: UniqueID, token: String) {
        guard let account = accounts.first(where: { $0.id == accountID }) else { throw .noSuchAccount }
        guard tokens.count(where: { $0.accountID == accountID }) < Self.tokensOfAccount else { throw .tooManyTokens }
        var record = TokenRecord(
            id: .random(), accountID: accountID, description: "", permissions: .none, visibility: .account,
            expires: nil, created: now)
        try changes.apply(to: &record, of: account)
        tokens.append(record)
        try checkSize(of: accountID, with: record, insteadOf: nil)
        // No `exp` in the token: the record's end counts, and can be moved later.
        return (record.id, signingKey.sign(TokenClaims(accountID: accountID, tokenID: record.id)))
    }

    mutating func changeToken(
        _ id: UniqueID, of owner: TokenOwner, _ changes: TokenChanges
    ) throws(TokenFault) {
        let index = try position(of: id, owner)
        let accountID = tokens[index].accountID
        guard let account = accounts.first(where: { $0.id == accountID }) else { throw .noSuchAccount }
        let before = tokens[index]
        try changes.apply(to: &tokens[index], of: account)
        try checkSize(of: accountID, with: tokens[index], insteadOf: before)
    }

    /// What is beyond the bound may stay, and shrink; nothing makes it more.
    private func checkSize(
        of accountID: UniqueID, with record: TokenRecord, insteadOf before: TokenRecord?
    ) throws(TokenFault) {
        guard record.permissions != before?.permissions else { return }
        let own = tokens.filter { $0.accountID == accountID }
        let size = own.permissionsSize()
        guard size > PermissionsBound.ofAccount else { return }
        let others = own.filter { $0.id != record.id }
        if size > (others + [before].compactMap(\.self)).permissionsSize() { throw .tooLargePermissions }
    }

    mutating func deleteToken(_ id: UniqueID, of owner: TokenOwner) throws(TokenFault) {
        tokens.remove(at: try position(of: id, owner))
    }

    private func position(of id: UniqueID, _ owner: TokenOwner) throws(TokenFault) -> Int {
        if case .account(let accountID) = owner, !accounts.contains(where: { $0.id == accountID }) {
            throw .noSuchAccount
        }
        let index = tokens.firstIndex { token in
            switch owner {
            case .anybody: token.id == id
            case .account(let accountID): token.id == id && token.accountID == accountID
            }
        }
        guard let index else { throw .noSuchToken }
        return index
    }
}
