internal import HTTPCore

/// All changes that there are, for `/6/tokens` and for the command line.
extension AccountsDocument {
    /// The most tokens of one account: the file is read and written whole with every change.
    package static var tokensOfAccount: Int { 1000 }

    /// Where it throws, nothing has changed.
    package mutating func apply(_ change: AccountsChange) throws(AccountsFault) -> AccountsResult {
        switch change {
        case .createAccount(let account):
            try create(account)
            return AccountsResult(account.id)
        case .updateAccount(let login, let edit):
            let index = try position(of: login)
            if let type = edit.type { accounts[index].type = type }
            if let description = edit.description { accounts[index].description = description }
            if let password = edit.password { accounts[index].password = password }
            return AccountsResult(accounts[index].id)
        case .deleteAccount(let login):
            let id = accounts.remove(at: try position(of: login)).id
            tokens.removeAll { $0.accountID == id }
            return AccountsResult(id)
        case .createToken(let id, let name, let changes, let now):
            return try createToken(id, of: try account(name), changes, now)
        case .changeToken(let id, let owner, let changes):
            try changeToken(at: try position(of: id, owner), changes)
            return AccountsResult(id)
        case .deleteToken(let id, let owner):
            tokens.remove(at: try position(of: id, owner))
            return AccountsResult(id)
        }
    }

    private mutating func create(_ account: AccountRecord) throws(AccountsFault) {
        guard !accounts.contains(where: { $0.login == account.login }) else { throw .loginTaken(account.login) }
        guard !accounts.contains(where: { $0.id == account.id }) else { throw .accountIDTaken(account.id) }
        accounts.append(account)
    }

    private mutating func createToken(
        _ id: UniqueID, of account: AccountRecord, _ changes: TokenChanges, _ now: Timestamp
    ) throws(AccountsFault) -> AccountsResult {
        guard tokens.count(where: { $0.accountID == account.id }) < Self.tokensOfAccount else { throw .tooManyTokens }
        guard !tokens.contains(where: { $0.id == id }) else { throw .tokenIDTaken }
        var record = TokenRecord(
            id: id, accountID: account.id, description: "", permissions: .none, visibility: .account, expires: nil,
            created: now)
        try changes.apply(to: &record, of: account)
        try checkSize(with: record, insteadOf: nil)
        tokens.append(record)
        // No `exp` in the token: the record's end counts, and can be moved later.
        return AccountsResult(id, token: signingKey.sign(TokenClaims(accountID: account.id, tokenID: id)))
    }

    private mutating func changeToken(at index: Int, _ changes: TokenChanges) throws(AccountsFault) {
        let before = tokens[index]
        var record = before
        try changes.apply(to: &record, of: try account(.id(before.accountID)))
        try checkSize(with: record, insteadOf: before)
        tokens[index] = record
    }

    /// What is beyond the bound may stay, and shrink; nothing makes it more.
    private func checkSize(with record: TokenRecord, insteadOf before: TokenRecord?) throws(AccountsFault) {
        guard record.permissions != before?.permissions else { return }
        let others = tokens.filter { $0.accountID == record.accountID && $0.id != record.id }
        let size = (others + [record]).permissionsSize()
        guard size > PermissionsBound.ofAccount else { return }
        if size > (others + [before].compactMap(\.self)).permissionsSize() { throw .tooLargePermissions }
    }

    // MARK: - Finding

    private func position(of login: String) throws(AccountsFault) -> Int {
        guard let index = accounts.firstIndex(where: { $0.login == login }) else { throw .noSuchLogin(login) }
        return index
    }

    private func account(_ name: AccountName) throws(AccountsFault) -> AccountRecord {
        switch name {
        case .login(let login): return accounts[try position(of: login)]
        case .id(let id):
            guard let account = accounts.first(where: { $0.id == id }) else { throw .noSuchAccount }
            return account
        }
    }

    private func position(of id: UniqueID, _ owner: TokenOwner) throws(AccountsFault) -> Int {
        if case .account(let accountID) = owner { _ = try account(.id(accountID)) }
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
