import Auth
import Testing

/// Clients are letters, outermost first; each thing in the queue is its client's letters and a number.
struct FairQueueTests {
    private static func queue(
        _ capacity: Int, _ arrivals: String
    ) -> (FairQueue<String>, displaced: [String], full: [String]) {
        var queue = FairQueue<String>(capacity: capacity)
        var displaced: [String] = []
        var full: [String] = []
        for word in arrivals.split(separator: " ").map(String.init) {
            switch queue.append(word, of: path(word)) {
            case .taken: break
            case .displacing(let other): displaced.append(other)
            case .full: full.append(word)
            }
        }
        return (queue, displaced, full)
    }

    private static func path(_ word: String) -> [UInt64] {
        word.utf8.filter { $0 > UInt8(ascii: "9") }.map(UInt64.init)
    }

    private static func drain(_ queue: FairQueue<String>) -> String {
        var queue = queue
        var order: [String] = []
        while let next = queue.popFirst() { order.append(next) }
        return order.joined(separator: " ")
    }

    private static let orders: [(arrivals: String, order: String)] = [
        ("", ""), ("a1", "a1"), ("a1 a2 a3", "a1 a2 a3"), ("a1 b1 a2 b2", "a1 b1 a2 b2"),
        ("a1 a2 a3 b1", "a1 b1 a2 a3"), ("a1 a2 a3 b1 b2 c1", "a1 b1 c1 a2 b2 a3"),
        // Addresses of one network have one turn together.
        ("xa1 xb1 xc1 ya1", "xa1 ya1 xb1 xc1"), ("xa1 xa2 xb1 ya1 ya2", "xa1 ya1 xb1 ya2 xa2"),
        ("xma1 xmb1 xna1 xmc1 yma1", "xma1 yma1 xna1 xmb1 xmc1"),
        // A path may end where another goes on.
        ("x1 xa1 x2 y1", "x1 xa1 y1 x2"),
    ]

    @Test(arguments: orders)
    func `Clients take turns`(_ row: (arrivals: String, order: String)) {
        let (queue, displaced, full) = Self.queue(10, row.arrivals)
        #expect(Self.drain(queue) == row.order)
        #expect(displaced.isEmpty && full.isEmpty)
    }

    struct Bound: Sendable {
        let arrivals: String
        let displaced: [String]
        let full: [String]
        let order: String
    }

    private static let bounds = [
        // The greatest network pays, and in it the greatest address.
        Bound(arrivals: "xa1 xb1 xb2 ya1 za1", displaced: ["xb2"], full: [], order: "xa1 ya1 za1 xb1"),
        Bound(arrivals: "xa1 xb1 xc1 xd1 ya1", displaced: ["xd1"], full: [], order: "xa1 ya1 xb1 xc1"),
        Bound(arrivals: "xa1 xa2 xa3 xb1 xc1", displaced: ["xa3"], full: [], order: "xa1 xb1 xc1 xa2"),
        Bound(arrivals: "xa1 xb1 xc1 xd1 xe1", displaced: [], full: ["xe1"], order: "xa1 xb1 xc1 xd1"),
        Bound(arrivals: "xa1 xa2 ya1 yb1 yc1", displaced: [], full: ["yc1"], order: "xa1 ya1 xa2 yb1"),
        Bound(arrivals: "xa1 xa2 xa3 ya1 ya2 yb1", displaced: ["xa3", "ya2"], full: [], order: "xa1 ya1 xa2 yb1"),
        Bound(arrivals: "a1 a2 a3 a4 a5", displaced: [], full: ["a5"], order: "a1 a2 a3 a4"),
        Bound(arrivals: "a1 a2 a3 a4 b1", displaced: ["a4"], full: [], order: "a1 b1 a2 a3"),
        Bound(arrivals: "a1 a2 a3 a4 b1 b2 b3", displaced: ["a4", "a3"], full: ["b3"], order: "a1 b1 a2 b2"),
        Bound(arrivals: "a1 b1 c1 d1 e1", displaced: [], full: ["e1"], order: "a1 b1 c1 d1"),
        Bound(arrivals: "a1 b1 b2 c1 d1", displaced: ["b2"], full: [], order: "a1 b1 c1 d1"),
    ]

    @Test(arguments: bounds)
    func `Whoever has most makes room for whoever has less`(_ row: Bound) {
        let (queue, displaced, full) = Self.queue(4, row.arrivals)
        #expect(displaced == row.displaced)
        #expect(full == row.full)
        #expect(Self.drain(queue) == row.order)
    }

    @Test func `A client that comes late is next but one, however much of the other waits`() {
        var (queue, _, _) = Self.queue(100, (1...50).map { "a\($0)" }.joined(separator: " "))
        for _ in 0..<20 { #expect(queue.popFirst()?.hasPrefix("a") == true) }
        if case .taken = queue.append("b1", of: 98) {} else { Issue.record("there was room") }
        #expect(queue.popFirst() == "a21")
        #expect(queue.popFirst() == "b1")
        #expect(queue.popFirst() == "a22")
    }

    @Test func `Who comes again and again, one at a time, keeps nobody waiting`() {
        var (queue, _, _) = Self.queue(100, "a1 b1 b2 b3")
        var served: [String] = []
        for number in 2...8 {
            served.append(queue.popFirst() ?? "")
            if served.last?.hasPrefix("a") == true { _ = queue.append("a\(number)", of: 97) }
        }
        #expect(served == ["a1", "b1", "a2", "b2", "a4", "b3", "a6"])
    }

    @Test func `Nothing fits a queue without room`() {
        var queue = FairQueue<Int>(capacity: 0)
        if case .full = queue.append(1, of: 1) {} else { Issue.record("it was taken") }
        #expect(queue.popFirst() == nil)
    }

    @Test func `Who rests has no turn, and all that waits when woken`() {
        var (queue, _, _) = Self.queue(100, "xa1 xb1 ya1 ya2")
        queue.rest(120)
        #expect(queue.popFirst() == "ya1")
        _ = queue.append("xc1", of: [120, 99])
        #expect(queue.popFirst() == "ya2")
        #expect(queue.popFirst() == nil)
        #expect(queue.count == 3)
        queue.wake(120)
        queue.wake(120)
        #expect(Self.drain(queue) == "xa1 xb1 xc1")
        queue.rest(119)
        _ = queue.append("w1", of: 119)
        #expect(Self.drain(queue) == "xa1 xb1 xc1", "who rests may do so before coming")
        queue.wake(119)
        #expect(Self.drain(queue) == "xa1 w1 xb1 xc1")
    }

    /// Each client of a row, and how much each has in a queue of that capacity while it is full all the time.
    @Test(arguments: [1, 2, 3])
    func `Doubled input costs at most two and a half times the steps`(_ tiers: Int) {
        func steps(_ count: Int) -> Int {
            var queue = FairQueue<Int>(capacity: count / 2)
            for number in 0..<count {
                let client = UInt64(number % 7 == 0 ? 1 : number)
                _ = queue.append(number, of: [client / 64, client / 8, client].suffix(tiers))
            }
            for _ in 0..<count { _ = queue.popFirst() }
            return queue.steps
        }
        for count in [512, 1024, 4096, 16384] {
            #expect(steps(2 * count) * 2 <= steps(count) * 5)
            #expect(steps(count) <= 16 * tiers * count)
        }
    }
}
