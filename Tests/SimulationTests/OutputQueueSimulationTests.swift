import Glibc
import HTTPCore
import SeededRandom
import Testing

/// Random use of an output queue over a socket with little room: bytes arrive in order, none lost, none twice.
struct OutputQueueSimulationTests {
    /// What is known of the queue without looking into it.
    private struct Model {
        /// Handed over and not yet taken by the socket.
        var waiting: [UInt8] = []
        /// Taken by the socket and not yet read.
        var underway: [UInt8] = []

        mutating func took(_ count: Int) {
            underway += waiting.prefix(count)
            waiting.removeFirst(count)
        }
    }

    private final class Line {
        let near: Descriptor
        let far: Descriptor

        init() {
            var numbers: [Int32] = [0, 0]
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &numbers)
            var least: Int32 = 1
            setsockopt(numbers[0], SOL_SOCKET, SO_SNDBUF, &least, socklen_t(MemoryLayout<Int32>.size))
            near = Descriptor(numbers[0])
            far = Descriptor(numbers[1])
        }

        func receive(atMost limit: Int) -> [UInt8] {
            var buffer = [UInt8](repeating: 0, count: limit)
            guard case .bytes(let count) = SystemCall.receive(far.number, into: &buffer, limit: limit) else {
                return []
            }
            return Array(buffer[..<count])
        }
    }

    private static func bytes(_ random: inout SeededRandom) -> [UInt8] {
        let count =
            random.once(in: 4) ? Int.random(in: 0...4000, using: &random) : Int.random(in: 0...40, using: &random)
        let first = UInt8(truncatingIfNeeded: random.next())
        return (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) &+ first }
    }

    private static func walk(_ seed: UInt64, _ line: Line, _ hadToWait: inout Int) -> String? {
        var random = SeededRandom(seed)
        let memory = LoopMemory()
        let queue = OutputQueue()
        var model = Model()
        for _ in 0..<24 {
            switch Int.random(in: 0..<12, using: &random) {
            case 0...2:
                let content = bytes(&random)
                queue.append(memory, content.span)
                model.waiting += content
            case 3...5:
                let (content, closing) = (bytes(&random), bytes(&random))
                model.waiting += content + closing
                switch queue.send(to: line.near.number, content.span, closing: closing.span, memory: memory) {
                case .bytes(let count): model.took(count)
                case .wouldBlock: break
                case .end, .failed: return "a full socket is no failure"
                }
                if !queue.isEmpty { hadToWait += 1 }
            case 6:
                // As through TLS, which takes what it likes.
                var room = Int.random(in: 0...2000, using: &random)
                _ = queue.send(memory: memory) { offered in
                    if room == 0 { return .wouldBlock }
                    let count = min(offered.count, room)
                    room -= count
                    guard case .bytes(let sent) = SystemCall.send(line.near.number, offered.extracting(0..<count))
                    else { return .wouldBlock }
                    model.took(sent)
                    return .bytes(sent)
                }
            case 7:
                let kept = Int.random(in: 0...queue.count, using: &random)
                if kept > 0 || !queue.isEmpty { queue.truncate(to: kept) }
                model.waiting.removeLast(model.waiting.count - kept)
            case 8 where random.once(in: 8):
                queue.removeAll(memory)
                model.waiting = []
            default:
                let received = line.receive(atMost: Int.random(in: 1...8000, using: &random))
                if !model.underway.starts(with: received) { return "other bytes arrive than were sent" }
                model.underway.removeFirst(received.count)
            }
            if queue.count != model.waiting.count {
                return "\(queue.count) bytes wait, and should \(model.waiting.count)"
            }
            if queue.isEmpty != model.waiting.isEmpty { return "empty and not empty" }
        }
        while !model.waiting.isEmpty || !model.underway.isEmpty {
            if case .bytes(let count) = queue.send(to: line.near.number, memory: memory) { model.took(count) }
            let received = line.receive(atMost: 65536)
            if !model.underway.starts(with: received) { return "other bytes arrive at the end than were sent" }
            if received.isEmpty, !model.underway.isEmpty { return "bytes are lost" }
            model.underway.removeFirst(received.count)
        }
        return queue.isEmpty ? nil : "something is left"
    }

    @Test func `Bytes leave a queue in order, none lost and none twice`() {
        let line = Line()
        var hadToWait = 0
        let walks = Seeds.walk(100_000) { Self.walk($0, line, &hadToWait) }
        // A socket that always had room would prove nothing.
        if walks > 1000 { #expect(hadToWait > Int(walks) / 10) }
    }
}
