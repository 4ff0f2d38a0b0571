import Dispatch
import Glibc
import HTTPCore
import Synchronization

/// One place that log lines go to, written on a queue of its own: a pipe that nobody empties, or a disk that is full,
/// holds up nobody else. What can't be kept waiting any more, or can't be written, is dropped and counted; once writing
/// works again, the log says how much is missing.
final class LogSink: Sendable {
    enum Target: Sendable {
        case standardOutput
        /// `maximumSize` in bytes; a file that has grown to it is renamed to `….1`, in the place of the one before.
        case file(path: String, maximumSize: Int?)
    }

    /// What belongs to the queue.
    private struct Output {
        var descriptor: Int32
        var size = 0
        /// Part of a line went out: before anything else, its line must end.
        var isMidLine = false
    }

    /// Batches that wait for a slow reader, in bytes: some thirty thousand lines.
    static let maximumWaiting = 16 << 20

    private let target: Target
    private let queue: DispatchQueue
    private let output: Mutex<Output>
    private let waiting = Atomic<Int>(0)
    private let lost = Atomic<Int>(0)
    private let untold = Atomic<Int>(0)
    /// Tells how many lines are missing.
    private let lossLine: @Sendable (Int) -> [UInt8]

    /// Opens the file, where it is one.
    init(_ target: Target, lossLine: @escaping @Sendable (Int) -> [UInt8]) throws(SystemError) {
        self.target = target
        self.lossLine = lossLine
        queue = DispatchQueue(label: "log", qos: .utility)
        switch target {
        case .standardOutput:
            output = Mutex(Output(descriptor: STDOUT_FILENO))
        case .file(let path, _):
            output = Mutex(try Self.open(path))
        }
    }

    deinit {
        if case .file = target { output.withLock { _ = Glibc.close($0.descriptor) } }
    }

    /// `O_NONBLOCK`: a path that names a pipe without a reader must not hold up the start.
    private static func open(_ path: String) throws(SystemError) -> Output {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o640)
        guard descriptor >= 0 else { throw SystemError(call: "open \(path)", code: errno) }
        var status = stat()
        let isKnown = fstat(descriptor, &status) == 0
        return Output(descriptor: descriptor, size: isKnown ? Int(status.st_size) : 0)
    }

    /// How many lines were dropped since the start.
    var lostLines: Int { lost.load(ordering: .relaxed) }

    /// Has `lines` lines written some time; `whenDone` gets the memory back, whatever became of them.
    func submit(_ bytes: [UInt8], lines: Int, whenDone: @escaping @Sendable (consuming [UInt8]) -> Void) {
        let count = bytes.count
        guard waiting.add(count, ordering: .relaxed).newValue <= Self.maximumWaiting else {
            waiting.subtract(count, ordering: .relaxed)
            lose(lines)
            whenDone(bytes)
            return
        }
        queue.async { [self] in
            output.withLock { write(bytes, to: &$0) }
            waiting.subtract(count, ordering: .relaxed)
            whenDone(bytes)
        }
    }

    private func lose(_ lines: Int) {
        lost.add(lines, ordering: .relaxed)
        untold.add(lines, ordering: .relaxed)
    }

    /// Opens the file anew: whoever renamed it wants the next lines elsewhere. Where that fails the old one stays.
    func reopen() {
        guard case .file(let path, _) = target else { return }
        queue.async { [self] in output.withLock { Self.replace(&$0, by: path) } }
    }

    private static func replace(_ output: inout Output, by path: String) {
        do throws(SystemError) {
            let fresh = try open(path)
            Glibc.close(output.descriptor)
            output = fresh
        } catch {
            OperatorNotes.write(
                .error, of: .operator, "the log file can't be opened anew: \(error)",
                advice: "lines go on to the old file; mend the folder, then send SIGUSR1 again")
        }
    }

    /// Waits until all that was submitted has been written, at most that long.
    func finish(within timeout: DispatchTimeInterval) {
        let isWritten = DispatchSemaphore(value: 0)
        queue.async { isWritten.signal() }
        _ = isWritten.wait(timeout: .now() + timeout)
    }

    // MARK: On the queue

    private func write(_ bytes: [UInt8], to output: inout Output) {
        let missing = untold.load(ordering: .relaxed)
        if missing > 0 {
            let line = lossLine(missing)
            if put(line, to: &output) == line.count { untold.subtract(missing, ordering: .relaxed) }
        }
        rotate(&output)
        let written = put(bytes, to: &output)
        if written < bytes.count { lose(bytes[written...].count { $0 == 0x0A }) }
    }

    private func rotate(_ output: inout Output) {
        guard case .file(let path, let maximum?) = target, output.size >= maximum else { return }
        rename(path, path + ".1")
        Self.replace(&output, by: path)
    }

    /// Returns how many bytes went out.
    private func put(_ bytes: [UInt8], to output: inout Output) -> Int {
        if output.isMidLine {
            guard Self.write([0x0A], to: output.descriptor) == 1 else { return 0 }
            output.isMidLine = false
        }
        let written = Self.write(bytes, to: output.descriptor)
        output.size += written
        if written > 0 { output.isMidLine = bytes[written - 1] != 0x0A }
        return written
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { memory in
                Glibc.write(descriptor, memory.baseAddress.map { $0 + written }, memory.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                // The other end of the pipe has it not wait in `write`; so it waits here.
                var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&request, 1, 1000)
            } else if errno != EINTR {
                break
            }
        }
        return written
    }
}
