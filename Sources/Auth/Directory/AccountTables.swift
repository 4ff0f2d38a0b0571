package import HTTPCore

/// Accounts and their tokens, indexed for decisions. A copy shares all that is not changed afterwards: what a change costs
/// does not grow with how many there are.
package struct AccountTables: Sendable {
    private var holdings = SlotTable<Holding>()
    private var ids = ShardedDictionary<UniqueID, UInt32>()
    private var logins = ShardedDictionary<String, UInt32>()
    private var tokens = TokenTable()
    private var permissions = PermissionsTable()

    package init() {}

    var accountCount: Int { holdings.count }
    var tokenCount: Int { tokens.count }
    var permissionsCount: Int { permissions.count }

    func account(_ id: UniqueID) -> AccountRecord? { ids[id].map { holdings[$0].account } }

    func account(login: String) -> AccountRecord? { logins[login].map { holdings[$0].account } }

    func hasToken(_ id: UniqueID) -> Bool { tokens.find(id) != nil }

    func grant(of id: UniqueID, _ accountID: UniqueID) -> TokenGrant? {
        guard let slot = slot(id, of: accountID) else { return nil }
        return TokenGrant(
            permissions: permissions[slot.permissions], visibility: slot.visibility, expires: slot.expires)
    }

    func permissions(spelled text: [UInt8]) -> TokenPermissions? { permissions.find(text) }

    // MARK: - Lists

    func forEachAccount(_ visit: (AccountRecord) -> Void) { holdings.forEach { visit($1.account) } }

    /// Nil where there is no such account.
    func tokenCount(of accountID: UniqueID) -> Int? { ids[accountID].map { holdings[$0].tokens.count } }

    /// Those at the positions in the order they were made; all without `range`.
    func tokens(of accountID: UniqueID, _ range: Range<Int>? = nil) -> [TokenRecord] {
        guard let number = ids[accountID] else { return [] }
        let listed = holdings[number].tokens
        return listed[range ?? 0..<listed.count].compactMap { record($0, of: accountID) }
    }

    func token(_ id: UniqueID, of accountID: UniqueID) -> TokenRecord? {
        guard let slot = slot(id, of: accountID),
            let listed = holdings[slot.account].tokens.first(where: { $0.id == id })
        else { return nil }
        return record(listed, of: accountID)
    }

    private func record(_ listed: ListedToken, of accountID: UniqueID) -> TokenRecord? {
        tokens.find(listed.id).map { slot in
            TokenRecord(
                id: listed.id, accountID: accountID, description: listed.description,
                permissions: permissions[slot.permissions], visibility: slot.visibility, expires: slot.expires,
                created: listed.created)
        }
    }

    private func slot(_ id: UniqueID, of accountID: UniqueID) -> TokenSlot? {
        guard let slot = tokens.find(id), holdings[slot.account].id == accountID else { return nil }
        return slot
    }

    // MARK: - Changing

    /// An account that is new or has changed; its tokens stay. A login that another has stays with that one.
    package mutating func put(_ account: AccountRecord) {
        let number: UInt32
        if let known = ids[account.id] {
            number = known
            freeLogin(of: account.id)
            holdings.update(number) { $0.account = account }
        } else {
            number = holdings.insert(Holding(account: account))
            ids[account.id] = number
        }
        if logins[account.login] == nil { logins[account.login] = number }
    }

    /// So that another can have it, whoever of the two is put first.
    mutating func freeLogin(of id: UniqueID) {
        guard let number = ids[id] else { return }
        let login = holdings[number].account.login
        if logins[login] == number { logins[login] = nil }
    }

    package mutating func removeAccount(_ id: UniqueID) {
        guard let number = ids[id] else { return }
        freeLogin(of: id)
        ids[id] = nil
        for token in holdings.remove(number).tokens { removeSlot(token.id) }
    }

    /// A token that is new or has changed. One of an account that is not there is nobody's and left out; false then, and
    /// where another account has its id.
    @discardableResult
    package mutating func put(_ token: TokenRecord) -> Bool {
        guard let number = ids[token.accountID] else { return false }
        let known = tokens.find(token.id)
        if let known, known.account != number { return false }
        let listed = ListedToken(id: token.id, created: token.created, description: token.description)
        putSlot(token, account: number)
        holdings.update(number) { holding in
            if known != nil, let index = holding.tokens.firstIndex(where: { $0.id == token.id }) {
                holding.tokens[index] = listed
            } else {
                holding.tokens.append(listed)
            }
        }
        return true
    }

    /// Whose it was; nil where there is none.
    @discardableResult
    package mutating func removeToken(_ id: UniqueID) -> UniqueID? {
        guard let slot = removeSlot(id) else { return nil }
        return holdings.update(slot.account) { holding in
            if let index = holding.tokens.firstIndex(where: { $0.id == id }) { holding.tokens.remove(at: index) }
            return holding.id
        }
    }

    mutating func removeTokens(of accountID: UniqueID) {
        guard let number = ids[accountID] else { return }
        let listed = holdings.update(number) { Swift.exchange(&$0.tokens, with: []) }
        for token in listed { removeSlot(token.id) }
    }

    private mutating func putSlot(_ token: TokenRecord, account: UInt32) {
        let slot = TokenSlot(token, account: account, permissions: permissions.use(token.permissions))
        if let former = tokens.put(slot) { permissions.leave(former.permissions) }
    }

    @discardableResult
    private mutating func removeSlot(_ id: UniqueID) -> TokenSlot? {
        let slot = tokens.remove(id)
        if let slot { permissions.leave(slot.permissions) }
        return slot
    }
}
