internal import HTTPCore

/// How tables become what is elsewhere: in a file, or in a database.
extension AccountTables {
    /// Each record is at most once among the changes. The accounts that they are about.
    mutating func follow(_ changes: [DirectoryChange]) -> Set<UniqueID> {
        var touched: Set<UniqueID> = []
        // What makes room goes first, then accounts, then what belongs to them.
        for change in changes {
            switch change {
            case .account(let account): freeLogin(of: account.id)
            case .accountGone(let id):
                removeAccount(id)
                touched.insert(id)
            case .token: break
            case .tokenGone(let id):
                if let owner = removeToken(id) { touched.insert(owner) }
            }
        }
        for change in changes {
            guard case .account(let account) = change else { continue }
            put(account)
            touched.insert(account.id)
        }
        for change in changes {
            guard case .token(let token) = change else { continue }
            if put(token) { touched.insert(token.accountID) }
        }
        return touched
    }

    /// From here on they hold what the document does, and have anew only what is different there. Of accounts with the same
    /// id or login, and of tokens with the same id, the first one counts. The accounts that are different now.
    mutating func follow(_ document: AccountsDocument) -> Set<UniqueID> {
        var wanted: [UniqueID: [TokenRecord]] = [:]
        wanted.reserveCapacity(document.accounts.count)
        for account in document.accounts { wanted[account.id] = [] }
        for token in document.tokens { wanted[token.accountID]?.append(token) }
        var changed: Set<UniqueID> = []
        forEachAccount { if wanted[$0.id] == nil { changed.insert($0.id) } }
        for id in changed { removeAccount(id) }
        var seen: Set<UniqueID> = []
        let accounts = document.accounts.filter { seen.insert($0.id).inserted && account($0.id) != $0 }
        for account in accounts { freeLogin(of: account.id) }
        for account in accounts {
            put(account)
            changed.insert(account.id)
        }
        let lists = wanted.filter { !isList(of: $0.key, like: $0.value) }
        // One that changes hands has none in between.
        for id in lists.keys { removeTokens(of: id) }
        for account in document.accounts {
            guard let list = lists[account.id] else { continue }
            for token in list where !hasToken(token.id) { put(token) }
            changed.insert(account.id)
        }
        return changed
    }

    private func isList(of accountID: UniqueID, like list: [TokenRecord]) -> Bool {
        tokenCount(of: accountID) == list.count && tokens(of: accountID) == list
    }
}
