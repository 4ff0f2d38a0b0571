import StreamsProxy
import Testing

/// What callers without credentials have between them.
struct OpenCallerShareTests {
    private final class Caller: OpenCaller {
        let network: UInt64
        let number: Int
        var before: Caller?
        var after: Caller?

        init(_ network: UInt64, _ number: Int = 0) {
            self.network = network
            self.number = number
        }
    }

    @Test func `One network has half, and there is always a place for whoever comes next`() {
        var share = OpenCallerShare<Caller>(places: 32)
        let callers = (1...2 as ClosedRange<UInt64>).map { network in (0..<100).map { Caller(network, $0) } }
        let waiting = callers.map { $0.filter { !share.enter($0) } }
        #expect(waiting[0].map(\.number) == Array(16..<100))
        #expect(waiting[1].map(\.number) == Array(8..<100))
        for network: UInt64 in 3...5 {
            let isIn = share.enter(Caller(network))
            #expect(isIn)
        }
        // Members hold each other: what is left in a chain is never freed.
        for caller in waiting.joined() { share.giveUp(caller) }
    }

    @Test func `Those that wait take turns by network, each in the order of its coming`() {
        var share = OpenCallerShare<Caller>(places: 2)
        let first = share.enter(Caller(9))
        #expect(first)
        let other = share.enter(Caller(8))
        #expect(other)
        for number in 0..<3 { _ = share.enter(Caller(1, number)) }
        for number in 0..<2 { _ = share.enter(Caller(2, number)) }
        var order: [String] = []
        var leaving: UInt64 = 9
        for _ in 0..<5 {
            share.leave(leaving)
            let next = share.next()
            let nobody = share.next()
            #expect(nobody == nil)
            if let next {
                order.append("\(next.network).\(next.number)")
                leaving = next.network
            }
        }
        #expect(order == ["1.0", "2.0", "1.1", "2.1", "1.2"])
    }

    @Test func `Whoever gives up takes nobody's turn, and leaves nothing behind`() {
        var share = OpenCallerShare<Caller>(places: 2)
        _ = share.enter(Caller(9))
        let callers = (0..<5).map { Caller(9, $0) }
        for caller in callers {
            let isIn = share.enter(caller)
            #expect(!isIn)
        }
        for index in [0, 3, 4] { share.giveUp(callers[index]) }
        share.leave(9)
        let next = share.next()
        #expect(next === callers[1])
        share.giveUp(callers[2])
        share.leave(9)
        let nobody = share.next()
        #expect(nobody == nil)
        let again = share.enter(Caller(9))
        #expect(again)
    }
}
