import Dispatch
import Glibc
package import HTTPCore
import Synchronization

/// The log of the running proxy, shared by all workers: they hand over batches of lines, which are written elsewhere.
package final class AccessLog: Sendable {
    package let settings: LoggerSettings
    private let sinks: [LogSink]
    /// Memory of batches that are written, for the next.
    private let spare = Mutex<[[UInt8]]>([])

    /// From so many bytes on a batch is handed over. Waking the thread that writes it took 2 % of all time with batches of half
    /// the size, and a further doubling saves a third of a per cent (perf, 2026-11).
    static let batchSize = 65536
    /// At the end the log gets this long to reach whoever reads it.
    private static let patience = DispatchTimeInterval.seconds(2)

    package init(_ settings: LoggerSettings) throws(SystemError) {
        self.settings = settings
        let lossLine: @Sendable (Int) -> [UInt8] = { lines in
            OperatorNote(
                level: .error, side: .operator,
                message: "\(lines) log lines are missing here: they could not be written",
                advice: "see that whoever reads the log keeps up, and that the disk is not full"
            ).line(settings)
        }
        var sinks: [LogSink] = []
        if settings.toStandardOutput { sinks.append(try LogSink(.standardOutput, lossLine: lossLine)) }
        if let file = settings.file {
            sinks.append(
                try LogSink(.file(path: file, maximumSize: settings.maximumFileSize), lossLine: lossLine))
        }
        self.sinks = sinks
    }

    /// Whether anybody wants lines of exchanges.
    package var isOn: Bool { !sinks.isEmpty }

    /// How many lines were dropped since the start.
    package var lostLines: Int { sinks.reduce(0) { $0 + $1.lostLines } }

    /// An empty buffer with room for a batch.
    func takeBuffer() -> [UInt8] {
        if var buffer = spare.withLock({ $0.popLast() }) {
            buffer.removeAll(keepingCapacity: true)
            return buffer
        }
        var buffer: [UInt8] = []
        buffer.reserveCapacity(Self.batchSize + 2 * AccessLine.maximumLength)
        return buffer
    }

    /// Has whole lines written some time. Never waits.
    func submit(_ batch: consuming [UInt8], lines: Int) {
        guard let last = sinks.last else { return }
        let batch = batch
        for sink in sinks.dropLast() { sink.submit(batch, lines: lines) { _ in } }
        last.submit(batch, lines: lines) { [self] in giveBack($0) }
    }

    private func giveBack(_ buffer: consuming [UInt8]) {
        // With two sinks the other may hold it still.
        guard sinks.count == 1 else { return }
        // Emptied by whoever takes it: here the writer still holds it, and emptying would make another.
        let kept = buffer
        spare.withLock { if $0.count < 16 { $0.append(kept) } }
    }

    package func write(_ note: OperatorNote) {
        guard note.level >= settings.level else { return }
        submit(note.line(settings), lines: 1)
    }

    /// Opens the file anew, after it was renamed: what SIGUSR1 asks for.
    package func reopen() {
        for sink in sinks { sink.reopen() }
    }

    /// Waits, for a while, until all that was handed over is written.
    package func finish() {
        for sink in sinks { sink.finish(within: Self.patience) }
    }
}
