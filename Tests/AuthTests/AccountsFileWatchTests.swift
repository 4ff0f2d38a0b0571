import Auth
import Dispatch
import Glibc
import Synchronization
import Testing

@Suite struct AccountsFileWatchTests {
    private struct Refused: Error {}

    /// What a watch tells, in order; waiting ends with the next thing told.
    private final class Log: Sendable {
        private let entries = Mutex<[String]>([])
        private let signal = DispatchSemaphore(value: 0)

        func record(_ change: AccountsFileWatch.Change) {
            let entry =
                switch change {
                case .directory(let directory, let warnings):
                    "\(directory.accountCount) accounts, \(directory.tokenCount) tokens, \(warnings.count) warnings"
                case .problems(let problems): problems.map(\.text).joined(separator: "; ")
                }
            entries.withLock { $0.append(entry) }
            signal.signal()
        }

        func next() -> String {
            guard signal.wait(timeout: .now() + 10) == .success else { return "nothing within ten seconds" }
            return entries.withLock { $0.removeFirst() }
        }

        var isEmpty: Bool { entries.withLock { $0.isEmpty } }
    }

    @Test func followsTheFile() throws {
        let folder = try TemporaryFolder()
        let file = AccountsFile(path: folder.path("accounts.json"))
        try file.update { (document) throws(Refused) in document = Realm.document }
        guard case .usable(_, let stamp, _) = file.read() else { return #expect(Bool(false), "unusable") }

        // A change between the reading and the watch is not missed.
        try file.update { (document) throws(Refused) in document.tokens = [] }
        let log = Log()
        let watch = AccountsFileWatch(file, since: stamp, everyMilliseconds: 5) { log.record($0) }
        #expect(log.next() == "1 accounts, 0 tokens, 0 warnings")

        try file.update { (document) throws(Refused) in document.accounts = [] }
        #expect(log.next() == "0 accounts, 0 tokens, 0 warnings")

        #expect(chmod(file.path, 0o640) == 0)
        #expect(log.next() == "0 accounts, 0 tokens, 1 warnings")

        #expect(rename(file.path, folder.path("away.json")) == 0)
        #expect(log.next() == "is gone")

        // Put in place whole, as an editor does it.
        try folder.write("broken.json", "{")
        #expect(rename(folder.path("broken.json"), file.path) == 0)
        #expect(log.next().hasPrefix("not JSON"))

        #expect(rename(folder.path("away.json"), file.path) == 0)
        #expect(log.next() == "0 accounts, 0 tokens, 1 warnings")
        watch.cancel()
        #expect(log.isEmpty)
    }

    @Test func anUnchangedFileIsNotReadAgain() throws {
        let folder = try TemporaryFolder()
        let file = AccountsFile(path: folder.path("accounts.json"))
        try file.update { (document) throws(Refused) in document = Realm.document }
        guard case .usable(_, let stamp, _) = file.read() else { return #expect(Bool(false), "unusable") }
        let log = Log()
        let watch = AccountsFileWatch(file, since: stamp, everyMilliseconds: 1) { log.record($0) }
        // The first that is told is this change, and not the state before it.
        try file.update { (document) throws(Refused) in
            document.accounts = []
            document.tokens = []
        }
        #expect(log.next() == "0 accounts, 0 tokens, 0 warnings")
        watch.cancel()
    }
}
