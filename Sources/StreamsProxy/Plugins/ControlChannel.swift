import HTTPCore
import JSON

/// The connection with the host process: one JSON object a line, both ways.
final class ControlChannel: EventSource {
    private static let longestLine = 1 << 20

    private var input: [UInt8] = []
    /// Lines in the order in which they leave, the first perhaps in part, and how many points each has.
    private var output: [(line: [UInt8], points: Int)] = []
    /// How much of the first has left.
    private var sent = 0
    private let receive: (JSONNode) -> Void
    /// Called when there is room again.
    private let drained: () -> Void
    /// Called once, when the host has closed its end, or can't be understood.
    private let ended: () -> Void
    private var hasEnded = false

    /// Takes over our end of the pair, which does not block.
    init(
        descriptor: Int32, loop: EventLoop, receive: @escaping (JSONNode) -> Void, drained: @escaping () -> Void,
        ended: @escaping () -> Void
    ) {
        self.receive = receive
        self.drained = drained
        self.ended = ended
        super.init(descriptor: descriptor, loop: loop)
        open(.readable)
    }

    /// Whether a line with points may be added: the host is not behind.
    var hasRoom: Bool { output.count < 4 }

    /// How many points have not left whole.
    var waitingPoints: Int { output.reduce(0) { $0 + $1.points } }

    /// `line` has its end.
    func send(_ line: [UInt8], points: Int = 0) {
        output.append((line, points))
        flush()
    }

    override func ready(_ events: Events) {
        if events.contains(.writable) {
            flush()
            if descriptor >= 0, hasRoom { drained() }
        }
        if events.contains(.readable) || events.contains(.hungUp) || events.contains(.failed) { _ = read() }
    }

    private func flush() {
        while descriptor >= 0, let first = output.first {
            switch SystemCall.send(descriptor, first.line.span.extracting(sent..<first.line.count)) {
            case .bytes(let count):
                sent += count
                if sent == first.line.count {
                    output.removeFirst()
                    sent = 0
                }
            case .wouldBlock:
                wait(for: [.readable, .writable])
                return
            case .end, .failed:
                end()
                return
            }
        }
        if descriptor >= 0 { wait(for: .readable) }
    }

    /// Whether anything has come.
    private func read() -> Bool {
        guard descriptor >= 0 else { return false }
        var buffer = memory.takeReadBuffer()
        let result = SystemCall.receive(descriptor, into: &buffer, limit: buffer.count)
        if case .bytes(let count) = result { input.append(buffer.span, 0..<count) }
        memory.giveBack(readBuffer: buffer)
        switch result {
        case .bytes:
            takeLines()
            return true
        case .wouldBlock: break
        case .end, .failed: end()
        }
        return false
    }

    private func takeLines() {
        var start = 0
        while !hasEnded, let end = input[start...].firstIndex(of: 0x0A) {
            let line = Array(input[start..<end])
            start = end + 1
            do throws(JSONSyntaxError) {
                receive(try JSONParser.parse(line))
            } catch {
                self.end()
            }
        }
        if hasEnded { return }
        input.removeFirst(start)
        if input.count > Self.longestLine { end() }
    }

    private func end() {
        guard !hasEnded else { return }
        hasEnded = true
        ended()
    }

    /// The host has ended: takes what it said before.
    func hearOut() {
        while descriptor >= 0, !hasEnded, read() {}
    }

    /// Says and hears no more.
    func close() {
        hasEnded = true
        closeDescriptor()
    }
}
