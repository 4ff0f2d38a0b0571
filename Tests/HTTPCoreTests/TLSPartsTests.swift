import HTTPCore
import SeededRandom
import Testing

struct TLSPartsTests {
    // MARK: Tickets

    private func age(of name: [UInt8], in ring: TLSTicketRing?) -> TLSTicketRing.Age? {
        name.withUnsafeBufferPointer { name in ring.flatMap { $0.age(of: name) } }
    }

    @Test func `A ticket's key seals for a period and opens for another`() throws {
        let first = try #require(TLSTicketRing(now: 1000))
        let end = 1000 + TLSTicketRing.period
        let same = try #require(first.turned(now: end - 1))
        #expect(same.name == first.name)
        let second = try #require(first.turned(now: end))
        #expect(second.name != first.name)
        #expect(age(of: second.name, in: second) == .current)
        #expect(age(of: first.name, in: second) == .former)
        let third = try #require(second.turned(now: end + TLSTicketRing.period))
        #expect(age(of: second.name, in: third) == .former)
        #expect(age(of: first.name, in: third) == nil)
    }

    @Test func `After a long rest the last key opens nothing`() throws {
        let first = try #require(TLSTicketRing(now: 0))
        let later = try #require(first.turned(now: 2 * TLSTicketRing.period))
        #expect(age(of: first.name, in: later) == nil)
        let justInTime = try #require(first.turned(now: 2 * TLSTicketRing.period - 1))
        #expect(age(of: first.name, in: justInTime) == .former)
    }

    @Test func `What is no ticket of ours has no key`() throws {
        let ring = try #require(TLSTicketRing(now: 0))
        #expect(age(of: [UInt8](repeating: 0, count: 16), in: ring) == nil)
    }

    // MARK: Runs

    /// Takes a run as TLS does: all of it or none, and after none it must see the same bytes again.
    private struct Sealer {
        let run: Int
        var taken: [UInt8] = []
        var calls = 0
        private var sealed: [UInt8]?
        var isBroken = false

        init(run: Int) {
            self.run = run
        }

        mutating func send(_ bytes: Span<UInt8>, isReady: Bool) -> IOResult {
            calls += 1
            var offered: [UInt8] = []
            for index in 0..<bytes.count { offered.append(bytes[index]) }
            let record = sealed ?? Array(offered.prefix(run))
            if !offered.starts(with: record) { isBroken = true }
            guard isReady else {
                sealed = record
                return .wouldBlock
            }
            sealed = nil
            taken += record
            return .bytes(record.count)
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `Runs leave in order, and what was offered once is offered again`(_ seed: UInt64) {
        var random = SeededRandom(seed)
        let memory = LoopMemory()
        let queue = OutputQueue()
        var sealer = Sealer(run: 100)
        var expected: [UInt8] = []
        for _ in 0..<100 {
            let parts = (0..<3).map { _ in
                (0..<Int.random(in: 0...350, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
            if Bool.random(using: &random) {
                queue.append(memory) { $0.append(contentsOf: parts[0]) }
                expected += parts[0]
            }
            let (content, closing) = (parts[1], parts[2])
            let before = queue.count + content.count + closing.count
            expected += content + closing
            let result = queue.send(content.span, closing: closing.span, run: 100, memory: memory) { bytes in
                sealer.send(bytes, isReady: Int.random(in: 0..<4, using: &random) > 0)
            }
            guard case .bytes(let sent) = result else {
                Issue.record("a full socket is no failure")
                return
            }
            let left = queue.count
            #expect(left == before - sent)
        }
        let none: [UInt8] = []
        _ = queue.send(none.span, closing: none.span, run: 100, memory: memory) { sealer.send($0, isReady: true) }
        let left = queue.count
        #expect(left == 0)
        #expect(!sealer.isBroken)
        #expect(sealer.taken == expected)
    }

    @Test func `Runs are filled up`() {
        let memory = LoopMemory()
        let queue = OutputQueue()
        var sealer = Sealer(run: 100)
        queue.append(memory) { $0.append(contentsOf: [UInt8](repeating: 1, count: 30)) }
        let content = [UInt8](repeating: 2, count: 348)
        let closing = [UInt8](repeating: 3, count: 22)
        _ = queue.send(content.span, closing: closing.span, run: 100, memory: memory) {
            sealer.send($0, isReady: true)
        }
        #expect(sealer.calls == 4)
        #expect(sealer.taken.count == 400)
    }
}
