import Dispatch
import Glibc
import HTTPCore
import SeededRandom
import Testing

struct LoopPartsTests {
    // MARK: Deadlines

    @Test func `An empty heap has nothing due`() {
        var heap = DeadlineHeap()
        #expect(heap.earliest == .never)
        #expect(heap.removeDue(at: .never) == nil)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `Entries come out in order, and none before its time`(_ seed: UInt64) {
        var random = SeededRandom(seed)
        var heap = DeadlineHeap()
        var waiting: [Int64: Int] = [:]
        var now: Int64 = 0
        for token in 0..<500 as Range<UInt64> {
            let instant = now + Int64.random(in: -5...100, using: &random)
            heap.insert(DeadlineHeap.Entry(instant: Instant(nanoseconds: instant), token: token))
            waiting[instant, default: 0] += 1
            #expect(heap.earliest.nanoseconds == waiting.keys.min())
            now += Int64.random(in: 0...3, using: &random)
            var last = Int64.min
            while let entry = heap.removeDue(at: Instant(nanoseconds: now)) {
                let found = entry.instant.nanoseconds
                #expect(found <= now && found >= last)
                last = found
                waiting[found] = waiting[found] == 1 ? nil : (waiting[found] ?? 0) - 1
            }
            #expect(!waiting.keys.contains { $0 <= now })
        }
    }

    @Test func `Time does not run over`() {
        let late = Instant(nanoseconds: .max - 5)
        #expect(late.advanced(by: Interval(nanoseconds: 10)) == .never)
        #expect(Interval(.seconds(Int64.max)).nanoseconds == .max)
        #expect(Interval(.milliseconds(1500)).nanoseconds == 1_500_000_000)
    }

    // MARK: Mailbox

    @Test func `Messages from many threads all arrive, each sender's in order`() throws {
        let mailbox = try Mailbox<(sender: Int, number: Int)>()
        let senders = 4
        let each = 2000
        let loop = try EventLoop()
        var next = [Int](repeating: 0, count: senders)
        var isOrdered = true
        let source = MailboxSource(mailbox, loop: loop) { message in
            if message.number != next[message.sender] { isOrdered = false }
            next[message.sender] += 1
            if next.allSatisfy({ $0 == each }) { loop.stop() }
        }
        for sender in 0..<senders {
            DispatchQueue(label: "sender \(sender)").async {
                for number in 0..<each { mailbox.post((sender, number)) }
            }
        }
        loop.run()
        source.closeDescriptor()
        #expect(isOrdered)
        #expect(next == [Int](repeating: each, count: senders))
    }

    @Test func `A mailbox outlives its place on a loop`() throws {
        let mailbox = try Mailbox<Int>()
        let loop = try EventLoop()
        let source = MailboxSource(mailbox, loop: loop) { _ in }
        source.closeDescriptor()
        mailbox.post(1)
        var found: [Int] = []
        let second = MailboxSource(mailbox, loop: loop) { number in
            found.append(number)
            loop.stop()
        }
        loop.run()
        second.closeDescriptor()
        #expect(found == [1])
    }

    // MARK: Output

    /// A pair of connected sockets, the first with the smallest send buffer.
    private struct Pair: ~Copyable {
        let near: Descriptor
        let far: Descriptor

        init() {
            var numbers: [Int32] = [0, 0]
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &numbers)
            for number in numbers { _ = fcntl(number, F_SETFL, O_NONBLOCK) }
            var least: Int32 = 1
            setsockopt(numbers[0], SOL_SOCKET, SO_SNDBUF, &least, socklen_t(MemoryLayout<Int32>.size))
            near = Descriptor(numbers[0])
            far = Descriptor(numbers[1])
        }

        /// What has come; empty where nothing has.
        func receive() -> [UInt8] {
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            guard case .bytes(let count) = SystemCall.receive(far.number, into: &buffer, limit: buffer.count) else {
                return []
            }
            return Array(buffer[..<count])
        }
    }

    @Test func `What a socket does not take stays, in order`() {
        let pair = Pair()
        let memory = LoopMemory()
        let queue = OutputQueue()
        var random = SeededRandom(7)
        var expected: [UInt8] = []
        var found: [UInt8] = []
        var hadToWait = false
        for _ in 0..<200 {
            let sizes = (0..<3).map { _ in Int.random(in: 0...3000, using: &random) }
            let parts = sizes.map { size in (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
            if sizes[0] % 2 == 0 {
                let first = parts[0]
                queue.append(memory, first.span)
                expected += parts[0]
            }
            let before = queue.count
            let (content, closing) = (parts[1], parts[2])
            let result = queue.send(to: pair.near.number, content.span, closing: closing.span, memory: memory)
            expected += parts[1] + parts[2]
            guard case .bytes(let sent) = result else {
                Issue.record("a full socket is no failure")
                return
            }
            let left = queue.count
            #expect(left == before + sizes[1] + sizes[2] - sent)
            if left > 0 { hadToWait = true }
            if Bool.random(using: &random) { found += pair.receive() }
        }
        let none: [UInt8] = []
        while !queue.isEmpty {
            found += pair.receive()
            _ = queue.send(to: pair.near.number, none.span, closing: none.span, memory: memory)
        }
        found += pair.receive()
        #expect(hadToWait)
        #expect(found == expected)
    }

    @Test func `A closed peer is a failure, and no signal`() {
        let memory = LoopMemory()
        let queue = OutputQueue()
        let number: Int32
        do {
            let pair = Pair()
            number = dup(pair.near.number)
        }
        let near = Descriptor(number)
        let bytes = Array("hello".utf8)
        guard case .failed(EPIPE) = queue.send(to: near.number, bytes.span, closing: bytes.span, memory: memory) else {
            Issue.record("sent to nobody")
            return
        }
    }
}
