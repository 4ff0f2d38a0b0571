import Auth
import Testing

/// Clients are letters; each thing in the queue is its client's letter and a number.
struct FairQueueTests {
    private static func queue(
        _ capacity: Int, _ arrivals: String
    ) -> (FairQueue<String>, displaced: [String], full: [String]) {
        var queue = FairQueue<String>(capacity: capacity)
        var displaced: [String] = []
        var full: [String] = []
        for word in arrivals.split(separator: " ").map(String.init) {
            guard let client = word.unicodeScalars.first else { continue }
            switch queue.append(word, of: UInt64(client.value)) {
            case .taken: break
            case .displacing(let other): displaced.append(other)
            case .full: full.append(word)
            }
        }
        return (queue, displaced, full)
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

    @Test func `A client that comes late is next, however long the other has been served`() {
        var (queue, _, _) = Self.queue(100, (1...50).map { "a\($0)" }.joined(separator: " "))
        for _ in 0..<20 { #expect(queue.popFirst()?.hasPrefix("a") == true) }
        if case .taken = queue.append("b1", of: 98) {} else { Issue.record("there was room") }
        #expect(queue.popFirst() == "b1")
        #expect(queue.popFirst() == "a21")
    }

    @Test func `Nothing fits a queue without room`() {
        var queue = FairQueue<Int>(capacity: 0)
        if case .full = queue.append(1, of: 1) {} else { Issue.record("it was taken") }
        #expect(queue.popFirst() == nil)
    }
}
