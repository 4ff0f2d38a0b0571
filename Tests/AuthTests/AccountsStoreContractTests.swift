import Auth
import Dispatch
import HTTPCore
import Synchronization
import Testing

/// What every `AccountsStore` must do: the same cases for each kind.
@Suite struct AccountsStoreContractTests {
    @Test func thereAreEnoughCases() {
        let names = (accountCases + tokenCases).map(\.name)
        #expect(names.count >= 80 && Set(names).count == names.count, "\(names.count) cases")
    }

    @Test(arguments: StoreKind.allCases, accountCases + tokenCases)
    func eachChangeIsMadeOrRefused(kind: StoreKind, row: StoreCase) throws {
        let place = try StorePlace(kind, holding: StoreWorld.document)
        let store = place.open()
        for change in row.before { _ = try store.apply(change) }
        let old = try Self.kept(store)
        let rehearsed = Self.result { () throws(AccountsStoreFailure) in try store.rehearse(row.change) }
        #expect(try Self.kept(store) == old, "a rehearsal changes nothing")
        let done = Self.result { () throws(AccountsStoreFailure) in try store.apply(row.change) }
        switch row.outcome {
        case .refused(let fault):
            #expect(rehearsed == .refused(fault) && done == .refused(fault))
            #expect(try Self.kept(store) == old, "what is refused changes nothing")
        case .done(let id, let difference):
            #expect(rehearsed == .done(id) && done == .done(id))
            var expected = StoreWorld.document
            difference(&expected)
            // Another process sees it too.
            #expect(try Self.kept(place.open()) == Kept(expected))
        }
    }

    @Test(arguments: StoreKind.allCases) func anEmptyStoreBeginsWithItsFirstAccount(kind: StoreKind) throws {
        let store = try StorePlace(kind, holding: nil).open()
        #expect(try store.contents().document == nil)
        let change = AccountsChange.deleteToken(StoreWorld.newToken, of: .anybody)
        #expect(Self.result { () throws(AccountsStoreFailure) in try store.apply(change) } == .refused(.noSuchToken))
        #expect(try store.contents().document == nil)
        let record = StoreWorld.record(StoreWorld.account(0), "first", .admin)
        #expect(try store.apply(.createAccount(record)).id == record.id)
        #expect(try Self.kept(store).accounts == [record])
    }

    /// Its text is told once, and is what a directory of the store decides on.
    @Test(arguments: StoreKind.allCases) func aTokenThatIsMadeIsOne(kind: StoreKind) throws {
        let store = try StorePlace(kind, holding: StoreWorld.document).open()
        let change = AccountsChange.createToken(
            StoreWorld.newToken, of: .id(StoreWorld.account(0)), StoreWorld.changes("{}"), now: StoreWorld.now)
        let made = try store.apply(change)
        let document = try #require(try store.contents().document)
        let bytes = Array(made.token.utf8)
        let found = document.signingKey.claims(of: bytes.span, 0..<bytes.count)
        let claims = try #require(found)
        #expect(claims.tokenID == made.id && claims.accountID == StoreWorld.account(0))
        #expect(AccountDirectory(document).grant(of: claims.tokenID, claims.accountID) != nil)
        #expect("\(made)" == "(concealed)")
        #expect(try store.apply(.deleteToken(made.id, of: .anybody)).token == "")
    }

    @Test(arguments: StoreKind.allCases) func anAccountHasSoManyTokensAndNoMore(kind: StoreKind) throws {
        var document = StoreWorld.document
        let owner = StoreWorld.account(0)
        for number in 0..<UInt64(AccountsDocument.tokensOfAccount - 2) {
            document.tokens.append(
                TokenRecord(
                    id: UniqueID(high: 0x4000, low: 1 << 63 | number), accountID: owner, description: "",
                    permissions: .none, visibility: .account, expires: nil, created: StoreWorld.now))
        }
        let store = try StorePlace(kind, holding: document).open()
        func make(_ account: Int) -> Result {
            let change = AccountsChange.createToken(
                .random(), of: .id(StoreWorld.account(account)), StoreWorld.changes("{}"), now: StoreWorld.now)
            return Self.result { () throws(AccountsStoreFailure) in try store.apply(change) }
        }
        #expect(make(0) == .refused(.tooManyTokens))
        #expect(make(1) != .refused(.tooManyTokens), "others are not touched by it")
        _ = try store.apply(.deleteToken(StoreWorld.token(0), of: .account(owner)))
        #expect(make(0) != .refused(.tooManyTokens) && make(0) == .refused(.tooManyTokens))
        #expect(try Self.kept(store).tokens.count { $0.accountID == owner } == AccountsDocument.tokensOfAccount)
    }

    @Test(arguments: StoreKind.allCases) func theTokensOfAnAccountHoldSoMuchAndNoMore(kind: StoreKind) throws {
        func large(_ number: Int) -> TokenChanges {
            StoreWorld.changes("{\"n\": \(number), \"x\": \"\(String(repeating: "y", count: 8100))\"}")
        }
        var document = StoreWorld.document
        let count = PermissionsBound.ofAccount / 8100
        for number in 0..<count {
            _ = try document.apply(
                .createToken(
                    UniqueID(high: 0x4000, low: 1 << 63 | UInt64(number)), of: .id(StoreWorld.account(0)),
                    large(number),
                    now: StoreWorld.now))
        }
        let store = try StorePlace(kind, holding: document).open()
        func make(_ changes: TokenChanges, of account: Int = 0) -> Result {
            let change = AccountsChange.createToken(
                StoreWorld.newToken, of: .id(StoreWorld.account(account)), changes, now: StoreWorld.now)
            return Self.result { () throws(AccountsStoreFailure) in try store.rehearse(change) }
        }
        #expect(make(large(count)) == .refused(.tooLargePermissions))
        #expect(make(large(3)) == .done(StoreWorld.newToken), "equal ones count once")
        #expect(make(large(count), of: 1) == .done(StoreWorld.newToken), "each account has its own bound")
        let grow = AccountsChange.changeToken(StoreWorld.token(0), of: .anybody, large(count))
        #expect(
            Self.result { () throws(AccountsStoreFailure) in try store.apply(grow) } == .refused(.tooLargePermissions))
        _ = try store.apply(
            .changeToken(UniqueID(high: 0x4000, low: 1 << 63), of: .anybody, StoreWorld.changes("{}")))
        #expect(try store.apply(grow).id == StoreWorld.token(0))
    }

    /// Each change of two writers is there in the end, once.
    @Test(arguments: StoreKind.allCases) func twoWritersLoseNothing(kind: StoreKind) throws {
        let place = try StorePlace(kind, holding: StoreWorld.document)
        let made = Mutex<[UniqueID]>([])
        DispatchQueue.concurrentPerform(iterations: 2) { writer in
            let store = place.open()
            for _ in 0..<15 {
                let change = AccountsChange.createToken(
                    .random(), of: .id(StoreWorld.account(writer)), StoreWorld.changes("{}"), now: StoreWorld.now)
                guard let id = try? store.apply(change, patience: 60_000).id else { continue }
                made.withLock { $0.append(id) }
            }
        }
        let kept = try Self.kept(place.open()).tokens.map(\.id)
        #expect(made.withLock { $0.count } == 30 && kept.count == StoreWorld.document.tokens.count + 30)
        #expect(Set(kept).isSuperset(of: made.withLock { $0 }))
    }

    /// First what is there, then what it becomes, by whatever process; nothing more once it is cancelled.
    @Test(arguments: StoreKind.allCases) func aFeedTellsWhatIsKept(kind: StoreKind) throws {
        let place = try StorePlace(kind, holding: StoreWorld.document)
        let told = Told()
        let arrival = DispatchSemaphore(value: 0)
        let feed = place.open().feed(replacing: { told.directories.withLock { $0.last } }) { event in
            guard case .directory(let directory, _) = event else { return }
            told.directories.withLock { $0.append(directory) }
            arrival.signal()
        }
        func wait(_ isThere: (AccountDirectory) -> Bool) -> AccountDirectory? {
            while arrival.wait(timeout: .now() + 60) == .success {
                if let last = told.directories.withLock({ $0.last }), isThere(last) { return last }
            }
            return nil
        }
        let first = try #require(wait { $0.tokenCount == 6 })
        _ = try place.open().apply(.deleteToken(StoreWorld.token(1), of: .anybody))
        let second = try #require(wait { $0.tokenCount == 5 })
        #expect(
            second.generation > first.generation && second.grant(of: StoreWorld.token(1), StoreWorld.account(1)) == nil)
        #expect(second.accountsChanged(since: first) == [StoreWorld.account(1)])
        feed.cancel()
        let count = told.directories.withLock { $0.count }
        _ = try place.open().apply(.deleteAccount(login: StoreWorld.login(0)))
        #expect(arrival.wait(timeout: .now() + 1) == .timedOut && told.directories.withLock { $0.count } == count)
    }

    // MARK: -

    private final class Told: Sendable {
        let directories = Mutex<[AccountDirectory]>([])
    }

    private enum Result: Equatable {
        case done(UniqueID)
        case refused(AccountsFault)
        case failed(String)
    }

    /// What a store keeps, without its key.
    private struct Kept: Equatable {
        let accounts: [AccountRecord]
        let tokens: [TokenRecord]

        init(_ document: AccountsDocument) {
            accounts = document.accounts
            tokens = document.tokens
        }
    }

    private static func kept(_ store: any AccountsStore) throws -> Kept {
        Kept(try #require(try store.contents().document))
    }

    private static func result(_ act: () throws(AccountsStoreFailure) -> AccountsResult) -> Result {
        do throws(AccountsStoreFailure) {
            return .done(try act().id)
        } catch {
            switch error {
            case .refused(let fault): return .refused(fault)
            case .busy: return .failed("busy")
            case .problems(let problems): return .failed("\(problems)")
            }
        }
    }
}
