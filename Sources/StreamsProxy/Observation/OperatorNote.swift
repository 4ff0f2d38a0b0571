import Dispatch
import Glibc
import HTTPCore
import JSON
import Synchronization

/// Something the operator should know, in words: what it is, whose side it is on, and what to do about it.
package struct OperatorNote: Sendable {
    package enum Side: String, Sendable {
        /// Luna-Streams, or the way to it.
        case upstream
        /// Luna-Accounts.
        case accounts
        /// Settings, files and what is given to this process.
        case `operator`
        /// This program.
        case proxy
        /// A Python plugin: its own words, or its traceback.
        case plugin
    }

    let level: LogLevel
    let side: Side
    let message: String
    let advice: String?

    package init(level: LogLevel, side: Side, message: String, advice: String? = nil) {
        self.level = level
        self.side = side
        self.message = message
        self.advice = advice
    }

    /// The whole line, as the log has it.
    package func line(_ settings: LoggerSettings, unixMilliseconds now: Int64 = Self.now) -> [UInt8] {
        var clock = LogClock(isLocal: settings.isTimeLocal)
        var time: [UInt8] = []
        clock.append(now, to: &time)
        switch settings.format {
        case .json:
            var writer = JSONWriter()
            writer.object {
                $0.member("time", String(decoding: time, as: UTF8.self))
                $0.member("level", level.word.description)
                $0.member("event", "note")
                $0.member("side", side.rawValue)
                $0.member("message", message)
                $0.member("advice", advice)
            }
            return writer.bytes + [0x0A]
        case .text:
            return time + Array(" \(level.label) \(side.rawValue): \(words)\n".utf8)
        }
    }

    /// Message and advice for eyes: further lines, as of a traceback, are indented, and nothing in it moves a terminal.
    var words: String {
        "\(message)\(advice.map { "; \($0)" } ?? "")".split(separator: "\n", omittingEmptySubsequences: false)
            .map { Displayed.text(String($0), limit: 2000) }.joined(separator: "\n    ")
    }

    /// The wall clock, in milliseconds since 1970.
    package static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// Where notes go: to the log of the running proxy; to standard error before there is one, and where there is none.
enum OperatorNotes {
    private static let log = Mutex<AccessLog?>(nil)
    private static let queue = DispatchQueue(label: "operator-notes")
    private static let backlog = Atomic<Int>(0)

    /// From now on notes go there.
    static func follow(_ log: AccessLog) {
        self.log.withLock { $0 = log.isOn ? log : nil }
    }

    static func write(
        _ level: LogLevel, of side: OperatorNote.Side, _ message: String, advice: String? = nil
    ) {
        let note = OperatorNote(level: level, side: side, message: message, advice: advice)
        if let log = log.withLock({ $0 }) {
            log.write(note)
            return
        }
        writeToStandardError("\(note.words)\n")
    }

    /// What the operator may wait for: to standard error, as whole lines without a time, and to the log.
    static func tell(_ level: LogLevel, of side: OperatorNote.Side, _ message: String) {
        StandardError.write("\(message)\n")
        log.withLock { $0 }?.write(OperatorNote(level: level, side: side, message: message))
    }

    /// It is written elsewhere, since a pipe that nobody empties would stop a loop; beyond a bound lines are dropped.
    private static func writeToStandardError(_ line: String) {
        guard backlog.add(1, ordering: .relaxed).newValue <= 1000 else {
            backlog.subtract(1, ordering: .relaxed)
            return
        }
        queue.async {
            StandardError.write(line)
            backlog.subtract(1, ordering: .relaxed)
        }
    }
}
