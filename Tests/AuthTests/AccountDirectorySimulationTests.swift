import Auth
import HTTPCore
import Testing

/// Directories that follow change upon change, beside plain dictionaries that do the same.
@Suite struct AccountDirectorySimulationTests {
    private struct Model {
        var accounts: [UniqueID: AccountRecord] = [:]
        /// Of each account in the order they were made.
        var tokens: [UniqueID: [TokenRecord]] = [:]
        var owners: [UniqueID: UniqueID] = [:]

        mutating func remove(token id: UniqueID) {
            guard let owner = owners.removeValue(forKey: id) else { return }
            tokens[owner]?.removeAll { $0.id == id }
        }

        mutating func remove(account id: UniqueID) {
            for token in tokens[id] ?? [] { owners[token.id] = nil }
            (accounts[id], tokens[id]) = (nil, nil)
        }

        mutating func put(_ token: TokenRecord) {
            guard accounts[token.accountID] != nil, owners[token.id] ?? token.accountID == token.accountID else {
                return
            }
            if owners.updateValue(token.accountID, forKey: token.id) == nil {
                tokens[token.accountID, default: []].append(token)
            } else if let index = tokens[token.accountID]?.firstIndex(where: { $0.id == token.id }) {
                tokens[token.accountID]?[index] = token
            }
        }

        var document: AccountsDocument {
            AccountsDocument(
                signingKey: AccountDirectorySimulationTests.key, accounts: Array(accounts.values),
                tokens: tokens.values.flatMap(\.self))
        }

        func differences(from old: Model) -> Set<UniqueID> {
            Set(accounts.keys).union(old.accounts.keys).filter {
                accounts[$0] != old.accounts[$0] || tokens[$0] ?? [] != old.tokens[$0] ?? []
            }
        }
    }

    private static let key = SigningKey.random()
    private static let texts = ["{}", #"{"streams":["view"]}"#, #"{"faces":[]}"#, #"{"streams":["creation"]}"#]

    private struct Chance {
        var random: SplitMix
        let tokens: UInt64
        let kinds: [TokenPermissions]

        mutating func number(_ bound: UInt64) -> UInt64 { random.next(upperBound: bound) }
        mutating func accountID() -> UniqueID { UniqueID(high: 1, low: number(40)) }
        mutating func tokenID() -> UniqueID { UniqueID(high: 2, low: number(tokens)) }

        mutating func token() -> TokenRecord {
            TokenRecord(
                id: tokenID(), accountID: accountID(), description: "\(number(3))", permissions: kinds[Int(number(4))],
                visibility: number(2) == 0 ? .account : .all,
                expires: number(2) == 0 ? nil : Timestamp(unixSeconds: Int64(number(1000))),
                created: Timestamp(unixSeconds: 5))
        }

        /// Of different records.
        mutating func changes(_ count: Int) -> [DirectoryChange] {
            var seen: Set<UniqueID> = []
            return (0..<count).compactMap { _ in
                let change: DirectoryChange
                let id: UniqueID
                switch number(100) {
                case 0: (change, id) = { (.accountGone($0), $0) }(accountID())
                case 1...8:
                    id = accountID()
                    change = .account(Realm.account(id, "\(id.low) \(number(3))", number(2) == 0 ? .user : .admin))
                case 9...45: (change, id) = { (.tokenGone($0), $0) }(tokenID())
                default: (change, id) = { (.token($0), $0.id) }(token())
                }
                return seen.insert(id).inserted ? change : nil
            }
        }
    }

    private func follow(_ changes: [DirectoryChange], _ model: inout Model) {
        for change in changes {
            switch change {
            case .accountGone(let id): model.remove(account: id)
            case .tokenGone(let id): model.remove(token: id)
            case .account, .token: break
            }
        }
        for case .account(let account) in changes { model.accounts[account.id] = account }
        for case .token(let token) in changes { model.put(token) }
    }

    private func check(_ directory: AccountDirectory, _ model: Model, _ ids: UInt64, _ place: String) {
        #expect(directory.accountCount == model.accounts.count, "\(place)")
        #expect(directory.tokenCount == model.owners.count, "\(place)")
        let texts = Set(model.tokens.values.flatMap { $0 }.map(\.permissions.text))
        #expect(directory.permissionsCount == texts.count, "\(place)")
        for number in 0..<UInt64(40) {
            let id = UniqueID(high: 1, low: number)
            #expect(directory.account(id) == model.accounts[id], "\(place)")
            #expect(directory.tokens(of: id) == model.tokens[id] ?? [], "\(place)")
            for login in 0..<3 {
                let login = "\(number) \(login)"
                let owner = model.accounts[id]?.login == login ? id : nil
                #expect(directory.account(login: login)?.id == owner, "\(place)")
            }
        }
        for number in 0..<ids {
            let id = UniqueID(high: 2, low: number)
            let owner = model.owners[id]
            let isThere = owner.map { directory.grant(of: id, $0) != nil } ?? true
            let isElsewhere = directory.grant(of: id, UniqueID(high: 1, low: number % 40)) != nil
            if !isThere || isElsewhere != (owner?.low == number % 40) { Issue.record("token \(id), \(place)") }
        }
    }

    /// Few ids, so that most changes meet what is there; many, so that shards are full and grow and shrink.
    @Test(arguments: [(1, 60, 200), (2, 60, 200), (3, 300, 100), (4, 15_000, 25)] as [(UInt64, UInt64, Int)])
    func itIsWhatPlainDictionariesAre(seed: UInt64, ids: UInt64, steps: Int) throws {
        var chance = Chance(
            random: SplitMix(state: seed), tokens: ids, kinds: try Self.texts.map { try permissions($0) })
        var model = Model()
        var directory = AccountDirectory(model.document)
        var earlier: [(AccountDirectory, Model)] = []
        for step in 0..<steps {
            let (old, before) = (directory, model)
            let changes = chance.changes(1 + Int(chance.number(chance.number(2) == 0 ? 3 : ids / 5)))
            follow(changes, &model)
            directory =
                chance.number(8) == 0
                ? AccountDirectory(model.document, replacing: old) : old.following(changes)
            let told = try #require(directory.accountsChanged(since: old))
            #expect(told.isSuperset(of: model.differences(from: before)), "seed \(seed), step \(step)")
            if chance.number(10) == 0 { earlier.append((old, before)) }
        }
        check(directory, model, ids, "seed \(seed)")
        for (index, (old, before)) in earlier.enumerated() {
            check(old, before, min(ids, 500), "seed \(seed), earlier \(index)")
            #expect(directory.accountsChanged(since: old) == model.differences(from: before), "seed \(seed)")
        }
    }
}
