import Auth
import Glibc
import HTTPCore
import StreamsProxy

/// What accounts take in memory and processor time, as JSON on one line: `test_directory.py` and `docs/operations.md` have
/// their figures from here.
enum DirectoryFigures {
    static func directory(tokens: Int, accounts: Int) {
        // What is made once in a process.
        _ = AccountDirectory(signingKey: .random(), SampleDirectory.tables(10, accounts: 10))
        let memory = kilobytes("VmRSS")
        var clock = processorTime()
        let directory = AccountDirectory(
            signingKey: .random(), SampleDirectory.tables(tokens, accounts: accounts))
        let ready = processorTime() - clock
        let after = (memory: kilobytes("VmRSS"), peak: kilobytes("VmHWM"))

        let wanted = (0..<100_000).map { number in
            let number = number * 7919 % tokens
            return (
                id: SampleDirectory.token(number, account: 0).id, account: SampleDirectory.accountID(number % accounts)
            )
        }
        clock = processorTime()
        var found = 0
        for one in wanted where directory.grant(of: one.id, one.account) != nil { found += 1 }
        let lookup = processorTime() - clock

        let changes = (0..<1000).map { SampleDirectory.token(tokens + $0, account: $0 % accounts) }
        clock = processorTime()
        var last = directory
        for token in changes { last = last.following([.token(token)]) }
        let change = processorTime() - clock
        guard found == wanted.count, last.tokenCount == tokens + changes.count else { fatalError("not all are there") }
        print(
            "{\"ready_seconds\": \(ready), \"memory_kib\": \(after.memory - memory), "
                + "\"peak_kib\": \(after.peak - memory), \"lookup_seconds\": \(lookup / Double(wanted.count)), "
                + "\"change_seconds\": \(change / Double(changes.count))}")
    }

    /// An accounts file of so many tokens, a hundred to an account: reading it as a start does, and one change of it.
    static func file(tokens: Int) {
        let path = "/tmp/cost-file-\(getpid()).json"
        let file = AccountsFile(path: path)
        defer {
            unlink(path)
            unlink("\(path).lock")
        }
        let accounts = max(1, tokens / 100)
        do throws(AccountsFile.UpdateFailure<Never>) {
            try file.update { (document: inout AccountsDocument) throws(Never) in
                document.accounts = (0..<accounts).map(SampleDirectory.account)
                document.tokens = (0..<tokens).map { SampleDirectory.token($0, account: $0 % accounts) }
            }
        } catch {
            fatalError("\(path) can't be written: \(error)")
        }
        var status = stat()
        stat(path, &status)
        // By another process: this one's memory has had the file made in it.
        let arguments = [CommandLine.arguments[0], "file-read", path]
        var pointers = arguments.map { strdup($0) } + [nil]
        var child = pid_t()
        print("{\"bytes\": \(status.st_size), ", terminator: "")
        fflush(nil)
        guard posix_spawn(&child, arguments[0], nil, nil, &pointers, environ) == 0 else { fatalError("no process") }
        var end: Int32 = 0
        waitpid(child, &end, 0)
    }

    static func reading(_ path: String) {
        let file = AccountsFile(path: path)
        let memory = kilobytes("VmRSS")
        var clock = processorTime()
        guard case .usable(let document, _, _) = file.read() else { fatalError("\(path) can't be read") }
        let directory = AccountDirectory(document)
        let ready = processorTime() - clock
        clock = processorTime()
        var next = directory
        do throws(AccountsFile.UpdateFailure<Never>) {
            try file.update(knowing: directory) { (document: inout AccountsDocument) throws(Never) in
                _ = document.tokens.popLast()
            } follow: {
                next = AccountDirectory($0, replacing: directory)
            }
        } catch {
            fatalError("\(path) can't be changed: \(error)")
        }
        let change = processorTime() - clock
        guard next.tokenCount == directory.tokenCount - 1 else { fatalError("nothing has changed") }
        print(
            "\"ready_seconds\": \(ready), \"change_seconds\": \(change), \"memory_kib\": \(kilobytes("VmRSS") - memory), "
                + "\"peak_kib\": \(kilobytes("VmHWM") - memory)}")
    }

    /// Of this process, in seconds.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// A line of `/proc/self/status`.
    private static func kilobytes(_ name: String) -> Int {
        let text = BoundedRead.small("/proc/self/status") ?? []
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") where line.hasPrefix("\(name):") {
            return Int(line.split { $0 == " " || $0 == "\t" }[1]) ?? 0
        }
        fatalError("no \(name)")
    }
}
