import Auth
import Glibc
import HTTPCore
import StreamsProxy
import Synchronization
import Testing

@Suite struct TokensQueueTests {
    /// Which changes were answered, in that order.
    private final class Log: Sendable {
        private let entries = Mutex<[String]>([])

        func add(_ name: String, _ answer: TokensAnswer) { entries.withLock { $0.append("\(name) \(answer.status)") } }

        func wait(for count: Int) -> [String] {
            for _ in 0..<2000 where entries.withLock({ $0.count }) < count { usleep(10_000) }
            return entries.withLock { $0 }
        }
    }

    private static func request(
        _ method: HTTPCore.Method, _ caller: TokensRealm.Caller, _ resource: TokensResource = .tokens
    ) -> TokensRequest {
        TokensRequest(
            method: method, resource: resource, contentType: Array("application/json".utf8),
            content: Array(#"{"permissions": {}}"#.utf8),
            principal: Principal(accountID: caller.accountID, accountType: caller.type, kind: .basic))
    }

    /// The lock of the file, held as another process would.
    private func holding<Result>(_ file: AccountsFile, _ body: () throws -> Result) throws -> Result {
        let descriptor = open("\(file.path).lock", O_RDWR | O_CREAT, 0o600)
        try #require(descriptor >= 0 && flock(descriptor, LOCK_EX) == 0)
        defer { close(descriptor) }
        return try body()
    }

    private func queue(_ realm: TokensRealm, limit: Int = 64, patience: Int = 20_000) throws -> (
        TokensQueue, AccountsBoard
    ) {
        let board = AccountsBoard(AccountDirectory(try realm.document())) { _ in }
        return (TokensQueue(FileStore(realm.file, board), limit: limit, patience: patience), board)
    }

    @Test func deletionsComeFirstAndAccountsTakeTurns() throws {
        let realm = try TokensRealm()
        let log = Log()
        let (queue, board) = try queue(realm)
        func submit(_ name: String, _ request: TokensRequest) { #expect(queue.submit(request) { log.add(name, $0) }) }
        try holding(realm.file) {
            submit("first", Self.request(.post, .user))
            // It is being made, and waits for the file.
            usleep(50_000)
            for number in 1...3 { submit("user \(number)", Self.request(.post, .user)) }
            submit("stranger", Self.request(.post, .stranger))
            submit("deletion", Self.request(.delete, .admin, .token(TokensRealm.Caller.admin.tokenID)))
        }
        let entries = log.wait(for: 6)
        #expect(entries == ["first 201", "deletion 204", "user 1 201", "stranger 201", "user 2 201", "user 3 201"])
        #expect(board.current.tokenCount == 4 + 5 - 1, "each was on the board before its answer")
    }

    @Test func whoeverHasMostWaitingLosesFirst() throws {
        let realm = try TokensRealm()
        let log = Log()
        let (queue, _) = try queue(realm, limit: 2)
        func submit(_ name: String, _ caller: TokensRealm.Caller) -> Bool {
            queue.submit(Self.request(.post, caller)) { log.add(name, $0) }
        }
        try holding(realm.file) {
            #expect(submit("first", .user))
            usleep(50_000)
            #expect(submit("second", .user) && submit("third", .user))
            #expect(!submit("fourth", .user))
            #expect(submit("stranger", .stranger))
        }
        #expect(Set(log.wait(for: 4)) == ["first 201", "second 201", "third 503", "stranger 201"])
    }

    @Test func aStuckLockIsWaitedForOnceByAllTogether() throws {
        let realm = try TokensRealm()
        let log = Log()
        let (queue, _) = try queue(realm, patience: 300)
        try holding(realm.file) {
            for number in 1...4 {
                #expect(queue.submit(Self.request(.post, .user)) { log.add("\(number)", $0) })
            }
            #expect(log.wait(for: 4) == ["1 503", "2 503", "3 503", "4 503"])
        }
        #expect(queue.submit(Self.request(.post, .user)) { log.add("after", $0) })
        #expect(log.wait(for: 5).last == "after 201")
    }
}
