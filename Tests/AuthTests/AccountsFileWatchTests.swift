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

        func record(_ change: AccountsEvent) {
            let entry =
                switch change {
                case .directory(let directory, let warnings):
                    "\(directory.accountCount) accounts, \(directory.tokenCount) tokens, \(warnings.count) warnings"
                case .problems(let problems): problems.map(\.text).joined(separator: "; ")
                case .readable: "can be read again"
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
        let watch = AccountsFileWatch(file, since: .there(stamp), everyMilliseconds: 5) { log.record($0) }
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
        let watch = AccountsFileWatch(file, since: .there(stamp), everyMilliseconds: 1) { log.record($0) }
        // The first that is told is this change, and not the state before it.
        try file.update { (document) throws(Refused) in
            document.accounts = []
            document.tokens = []
        }
        #expect(log.next() == "0 accounts, 0 tokens, 0 warnings")
        watch.cancel()
    }

    /// What is no file is told once, and what comes after it is read.
    @Test func whatIsNoFileIsToldOnceAndNeverWaitedFor() throws {
        let folder = try TemporaryFolder()
        let file = AccountsFile(path: folder.path("accounts.json"))
        try file.update { (document) throws(Refused) in document = Realm.document }
        guard case .usable(_, let stamp, _) = file.read() else { return #expect(Bool(false), "unusable") }
        let log = Log()
        let watch = AccountsFileWatch(file, since: .there(stamp), everyMilliseconds: 5) { log.record($0) }
        #expect(rename(file.path, folder.path("away.json")) == 0)
        #expect(mkfifo(folder.path("pipe"), 0o600) == 0 && rename(folder.path("pipe"), file.path) == 0)
        var told = log.next()
        if told == "is gone" { told = log.next() }
        #expect(told == "must be a regular file of at most 64 MiB")
        #expect(rename(folder.path("away.json"), file.path) == 0)
        #expect(log.next() == "1 accounts, 1 tokens, 0 warnings")
        watch.cancel()
        #expect(log.isEmpty)
    }

    /// A link that leads to itself is one of the things that the system refuses without saying anything of a file.
    @Test func whatTheSystemRefusedIsTriedAgainAndToldOnce() throws {
        let folder = try TemporaryFolder()
        let file = AccountsFile(path: folder.path("accounts.json"))
        try file.update { (document) throws(Refused) in document = Realm.document }
        guard case .usable(_, let stamp, _) = file.read() else { return #expect(Bool(false), "unusable") }
        let log = Log()
        #expect(rename(file.path, folder.path("away.json")) == 0)
        #expect(symlink("accounts.json", file.path) == 0)
        let watch = AccountsFileWatch(file, since: .there(stamp), everyMilliseconds: 2) { log.record($0) }
        #expect(log.next() == "cannot be read: Too many levels of symbolic links")
        usleep(50_000)
        #expect(log.isEmpty)
        // The very file that was read at first: it has not changed, and is read all the same.
        #expect(rename(folder.path("away.json"), file.path) == 0)
        #expect(log.next() == "can be read again")
        #expect(log.next() == "1 accounts, 1 tokens, 0 warnings")
        watch.cancel()
    }
}
