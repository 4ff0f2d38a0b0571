import Auth
import HTTPCore
import Synchronization
import Testing

@Suite struct AccountsBoardTests {
    private static let otherID = UniqueID(high: 0x2222_1111_2222_4333, low: 1)

    private final class Told: Sendable {
        let changes = Mutex<[Set<UniqueID>?]>([])

        func take() -> [Set<UniqueID>?] { changes.withLock { Swift.exchange(&$0, with: []) } }
    }

    @Test func itTellsWhoChanged() throws {
        var document = Realm.document
        document.accounts.append(Realm.account(Self.otherID, "other@example.org", .user))
        let told = Told()
        let first = AccountDirectory(document)
        let board = AccountsBoard(first) { change in told.changes.withLock { $0.append(change) } }
        #expect(board.directory(otherThan: first.generation) == nil)

        func post() { board.post(AccountDirectory(document, replacing: board.current)) }
        post()
        #expect(told.take() == [[]])
        document.tokens[0].description = "x"
        post()
        #expect(told.take() == [[Realm.userID]])
        document.accounts[1].description = "y"
        post()
        #expect(told.take() == [[Self.otherID]])
        document.accounts.remove(at: 1)
        post()
        #expect(told.take() == [[Self.otherID]])
        document.signingKey = .random()
        post()
        #expect(told.take() == [nil])
        #expect(board.directory(otherThan: first.generation) === board.current)
    }

    /// What was read before something else was posted, and is posted after it, may be from before it.
    @Test func anEarlierStateNeverReplacesALaterOne() {
        let told = Told()
        let board = AccountsBoard(AccountDirectory(Realm.document)) { change in
            told.changes.withLock { $0.append(change) }
        }
        let early = AccountDirectory.nextGeneration()
        var document = Realm.document
        document.tokens = []
        board.post(AccountDirectory(document))
        board.post(AccountDirectory(Realm.document, generation: early))
        #expect(board.current.tokenCount == 0 && told.take().count == 1)
    }

    @Test(arguments: [0, 1, 2, 3, 17, 1000])
    func aTokenIsFoundByItsID(count: Int) throws {
        var random = SplitMix(state: 7)
        var document = Realm.document
        document.tokens = try (0..<count).map { number in
            TokenRecord(
                id: UniqueID(high: random.next(), low: random.next()), accountID: Realm.userID,
                description: "\(number)", permissions: try permissions("{}"), visibility: .account, expires: nil,
                created: Timestamp(unixSeconds: 0))
        }
        let directory = AccountDirectory(document)
        for token in document.tokens {
            #expect(directory.token(token.id, of: Realm.userID)?.description == token.description)
            #expect(directory.token(token.id, of: Self.otherID) == nil)
        }
        #expect(directory.token(Realm.tokenID, of: Realm.userID) == nil)
        #expect(directory.tokens(of: Realm.userID).map(\.description) == document.tokens.map(\.description))
        #expect(directory.tokenCount == count)
    }
}
