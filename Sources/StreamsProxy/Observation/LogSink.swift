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
        /// Nil for standard output.
        var file: LogFile?
        /// Part of a line went out: before anything else, its line must end.
        var isMidLine = false

        var descriptor: Int32 { file?.descriptor ?? STDOUT_FILENO }
    }

    /// Batches that wait for a slow reader, in bytes: some thirty thousand lines.
    static let maximumWaiting = 16 << 20

    private let queue: DispatchQueue
    private let output: Mutex<Output>
    private let waiting = Atomic<Int>(0)
    private let lost = Atomic<Int>(0)
    private let untold = Atomic<Int>(0)
    /// Tells how many lines are missing.
    private let lossLine: @Sendable (Int) -> [UInt8]

    /// Opens the file, where it is one.
    init(_ target: Target, lossLine: @escaping @Sendable (Int) -> [UInt8]) throws(SystemError) {
        self.lossLine = lossLine
        queue = DispatchQueue(label: "log", qos: .utility)
        switch target {
        case .standardOutput:
            output = Mutex(Output())
        case .file(let path, let maximumSize):
            output = Mutex(Output(file: try LogFile(path: path, maximumSize: maximumSize)))
        }
    }

    deinit {
        output.withLock { $0.file?.close() }
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
        queue.async { [self] in output.withLock { $0.file?.reopen() } }
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
        output.file?.rotate()
        let written = put(bytes, to: &output)
        if written < bytes.count { lose(bytes[written...].count { $0 == 0x0A }) }
    }

    /// Returns how many bytes went out.
    private func put(_ bytes: [UInt8], to output: inout Output) -> Int {
        if output.isMidLine {
            guard Self.write([0x0A], to: output.descriptor) == 1 else { return 0 }
            output.isMidLine = false
        }
        let written = Self.write(bytes, to: output.descriptor)
        output.file?.grow(by: written)
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
