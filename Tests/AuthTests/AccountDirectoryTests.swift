import Auth
import HTTPCore
import Testing

@Suite struct AccountDirectoryTests {
    private static let key = SigningKey.random()

    private func account(_ number: UInt64, _ login: String, _ type: AccountType = .user) -> AccountRecord {
        Realm.account(UniqueID(high: 1, low: number), login, type)
    }

    private func token(
        _ number: UInt64, of owner: UInt64, _ text: String = "{}", visibility: Visibility = .account,
        expires: Int64? = nil, description: String = ""
    ) throws -> TokenRecord {
        TokenRecord(
            id: UniqueID(high: 2, low: number), accountID: UniqueID(high: 1, low: owner), description: description,
            permissions: try permissions(text), visibility: visibility,
            expires: expires.map(Timestamp.init(unixSeconds:)), created: Timestamp(unixSeconds: Int64(number)))
    }

    private func directory(_ changes: [DirectoryChange]) -> AccountDirectory {
        AccountDirectory(signingKey: Self.key, AccountTables()).following(changes)
    }

    private let id = (one: UniqueID(high: 1, low: 1), two: UniqueID(high: 1, low: 2))

    @Test func aTokenIsWhatItsRecordSays() throws {
        let tokens = [
            try token(1, of: 1), try token(2, of: 1, #"{"streams": ["view"]}"#, visibility: .all, expires: 77),
            try token(3, of: 2, expires: -1, description: "z"), try token(4, of: 2, expires: .max - 1),
        ]
        let found = directory([.account(account(1, "a")), .account(account(2, "b"))] + tokens.map { .token($0) })
        for token in tokens {
            #expect(found.token(token.id, of: token.accountID) == token)
            let grant = try #require(found.grant(of: token.id, token.accountID))
            #expect(grant.permissions == token.permissions && grant.visibility == token.visibility)
            #expect(grant.expires == token.expires)
            let other = token.accountID == id.one ? id.two : id.one
            #expect(found.grant(of: token.id, other) == nil && found.token(token.id, of: other) == nil)
        }
        #expect(found.grant(of: UniqueID(high: 2, low: 5), id.one) == nil)
        #expect(found.tokens(of: id.one) == Array(tokens[..<2]) && found.tokens(of: id.two, 1..<2) == [tokens[3]])
        #expect(found.tokenCount == 4 && found.accountCount == 2 && found.permissionsCount == 2)
        #expect(found.tokenCount(of: UniqueID(high: 1, low: 3)) == nil && found.tokens(of: Realm.userID) == [])
    }

    /// What a change is about, and what it leaves.
    @Test func whatChangesIsTold() throws {
        let first = directory([.account(account(1, "a")), .account(account(2, "b")), .token(try token(1, of: 1))])
        func changed(_ changes: DirectoryChange...) -> (Set<UniqueID>?, AccountDirectory) {
            let next = first.following(changes)
            return (next.accountsChanged(since: first), next)
        }
        #expect(changed().0 == [])
        #expect(changed(.token(try token(2, of: 2))).0 == [id.two])
        #expect(changed(.token(try token(1, of: 1, description: "x"))).0 == [id.one])
        #expect(changed(.account(account(2, "b", .admin))).0 == [id.two])
        let (gone, without) = changed(.accountGone(id.one))
        #expect(gone == [id.one] && without.tokenCount == 0 && without.account(login: "a") == nil)
        #expect(changed(.tokenGone(UniqueID(high: 2, low: 1))).0 == [id.one])
        // Nobody's, and so nothing.
        #expect(changed(.token(try token(9, of: 9)), .tokenGone(UniqueID(high: 2, low: 9))).0 == [])
        let (stolen, same) = changed(.token(try token(1, of: 2)))
        #expect(stolen == [] && same.grant(of: UniqueID(high: 2, low: 1), id.one) != nil)
        #expect(first.tokenCount == 1 && first.account(login: "a") != nil, "never changed itself")
    }

    @Test func loginsChangeHands() {
        let first = directory([.account(account(1, "a")), .account(account(2, "b"))])
        let swapped = first.following([.account(account(1, "b")), .account(account(2, "a"))])
        #expect(swapped.account(login: "a")?.id == id.two && swapped.account(login: "b")?.id == id.one)
        let freed = swapped.following([.accountGone(id.two), .account(account(3, "a"))])
        #expect(freed.account(login: "a")?.id == UniqueID(high: 1, low: 3) && freed.account(id.two) == nil)
        // As of a document: the first one counts.
        let second = first.following([.account(account(3, "a"))])
        #expect(second.account(login: "a")?.id == id.one && second.accountCount == 3)
        #expect(second.following([.accountGone(UniqueID(high: 1, low: 3))]).account(login: "a")?.id == id.one)
    }

    @Test func aDocumentIsFollowed() throws {
        var document = AccountsDocument(signingKey: Self.key, accounts: [account(1, "a"), account(2, "b")])
        document.tokens = [try token(1, of: 1), try token(2, of: 2), try token(3, of: 1)]
        let first = AccountDirectory(document)
        #expect(AccountDirectory(document, replacing: first).accountsChanged(since: first) == [])
        // Another order, another owner, another login, all at once.
        document.tokens = [try token(3, of: 1), try token(1, of: 1), try token(2, of: 1)]
        document.accounts = [account(2, "a"), account(1, "b")]
        let second = AccountDirectory(document, replacing: first)
        #expect(second.accountsChanged(since: first) == [id.one, id.two])
        #expect(second.tokens(of: id.one) == document.tokens && second.tokens(of: id.two) == [])
        #expect(second.account(login: "a")?.id == id.two && second.account(login: "b")?.id == id.one)
        document.tokens.removeFirst()
        let third = AccountDirectory(document, replacing: second)
        #expect(third.accountsChanged(since: second) == [id.one])
        #expect(third.accountsChanged(since: first) == [id.one, id.two], "of any two")
        document.signingKey = .random()
        #expect(AccountDirectory(document, replacing: third).accountsChanged(since: third) == nil)
    }

    @Test func ofWhatStandsTwiceTheFirstCounts() throws {
        let document = AccountsDocument(
            signingKey: Self.key, accounts: [account(1, "a"), account(1, "b"), account(2, "a")],
            tokens: [try token(1, of: 1, description: "first"), try token(1, of: 2, description: "second")])
        let found = AccountDirectory(document)
        #expect(found.account(id.one)?.login == "a" && found.account(login: "a")?.id == id.one)
        #expect(found.account(login: "b") == nil && found.accountCount == 2)
        #expect(found.token(UniqueID(high: 2, low: 1), of: id.one)?.description == "first" && found.tokenCount == 1)
    }
}
