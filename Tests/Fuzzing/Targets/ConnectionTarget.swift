import Glibc
import HTTPCore

/// A whole connection of a server, over a pair of sockets: the answers are well formed, it ends when its client does,
/// and in which parts the bytes come changes nothing.
enum ConnectionTarget {
    static func run(_ bytes: [UInt8]) throws(Finding) {
        var input = FuzzInput(bytes)
        let places = [input.number(), input.number()]
        let message = input.bytes
        let loop: EventLoop
        do throws(SystemError) {
            // The clock stands still: whatever ends does so by itself.
            loop = try EventLoop { 1_000_000_000 }
        } catch {
            throw Finding("no loop: \(error)")
        }
        let whole = try outcome([message], loop)
        try whole.check()
        try compare(whole, outcome(message.split(at: places), loop))
        if message.count <= 64 { try compare(whole, outcome(message.map { [$0] }, loop)) }
    }

    private static func compare(_ one: Outcome, _ other: Outcome) throws(Finding) {
        try require(one.record == other.record, "in parts it is \(other.record), whole it is \(one.record)")
        try require(one.answers == other.answers, "in parts other answers than whole")
    }

    /// What came of some bytes in some parts.
    private struct Outcome {
        var answers: [UInt8] = []
        var record: [String] = []
        var answered: [Method] = []
        var isCut = false
        var isTunnel = false

        /// Every answer is whole but one that was cut, and nothing stands between or behind them.
        func check() throws(Finding) {
            var rest = answers[...]
            for (index, method) in answered.enumerated() {
                var head: ResponseReading.Head
                repeat {
                    guard case .whole(let found) = ResponseReading(Array(rest), MessageLimits(), method) else {
                        throw Finding("answer \(index) can't be read")
                    }
                    head = found
                    rest = rest.dropFirst(head.length)
                } while head.status < 200 && head.status != 101
                if head.status == 101 {
                    try require(isTunnel, "a tunnel that nobody opened")
                    return
                }
                let isLast = index == answered.count - 1
                let content = ContentReading(head.framing, [Array(rest)], maximum: .max)
                switch content.end {
                case .finished: try require(!isCut || !isLast || method == .head, "half an answer looks whole")
                case .needMore: try require(isLast && (isCut || head.framing == .untilClose), "half an answer")
                case .refused(let error): throw Finding("content of an answer is refused: \(error.code)")
                }
                rest = rest.dropFirst(content.used)
            }
            try require(rest.isEmpty, "something follows the last answer")
        }
    }

    private static func outcome(_ parts: [[UInt8]], _ loop: EventLoop) throws(Finding) -> Outcome {
        var numbers: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &numbers) == 0 else {
            throw Finding("no sockets: \(errno)")
        }
        let client = Descriptor(numbers[1])
        let exchanges = ScriptedExchanges(loop: loop)
        let connection = HTTP1Connection(
            descriptor: numbers[0], peer: .none, loop: loop, terms: ServerTerms(ServerSettings()), lender: exchanges)
        defer { if !connection.isClosed { connection.abort() } }

        var outcome = Outcome()
        var waiting = parts[...]
        var isFinished = false
        var isRead = false
        for _ in 0..<(64 + 2 * parts.count) where !connection.isClosed || !isRead {
            if let part = waiting.popFirst() {
                _ = SystemCall.send(client.number, part.span)
            } else if !isFinished {
                isFinished = true
                shutdown(client.number, Int32(SHUT_WR))
            }
            loop.turn()
            connection.visit { ($0 as? ScriptedExchange)?.resume() }
            isRead = receive(client.number, &outcome.answers)
        }
        try require(connection.isClosed, "it never ends")
        outcome.record = exchanges.record.record
        outcome.answered = exchanges.record.answered
        outcome.isCut = exchanges.record.isCut
        outcome.isTunnel = exchanges.record.isTunnel
        return outcome
    }

    /// Takes what has come; whether that was all there will ever be.
    private static func receive(_ descriptor: Int32, _ received: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            switch SystemCall.receive(descriptor, into: &buffer, limit: buffer.count) {
            case .bytes(let count): received += buffer[..<count]
            case .wouldBlock: return false
            case .end, .failed: return true
            }
        }
    }
}
