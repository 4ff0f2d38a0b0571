import StreamsProxy
import Testing

/// Lists that any member leaves in one step.
struct ChainTests {
    private final class Looks {
        var count = 0
    }

    /// Counts how often anybody looks at a neighbour: that is all that the work on a chain consists of.
    private final class Link: ChainMember {
        let looks: Looks
        let number: Int
        private var neighbours: (before: Link?, after: Link?)

        init(_ number: Int, _ looks: Looks) {
            self.number = number
            self.looks = looks
        }

        var before: Link? {
            get {
                looks.count += 1
                return neighbours.before
            }
            set {
                looks.count += 1
                neighbours.before = newValue
            }
        }
        var after: Link? {
            get {
                looks.count += 1
                return neighbours.after
            }
            set {
                looks.count += 1
                neighbours.after = newValue
            }
        }
    }

    @Test func `Whatever leaves, wherever it stands, costs the same however many there are`() {
        var most: [Int] = []
        for count in [10, 10_000] {
            var chain = Chain<Link>()
            let looks = Looks()
            let links = (0..<count).map { Link($0, looks) }
            var dearest = 0
            func counted(_ work: () -> Void) {
                looks.count = 0
                work()
                dearest = max(dearest, looks.count)
            }
            for link in links { counted { chain.append(link) } }
            // 37 has no divisor in common with either: all of them, in another order than they came.
            for step in 0..<count { counted { chain.remove(links[step * 37 % count]) } }
            #expect(chain.count == 0)
            #expect(chain.first == nil)
            most.append(dearest)
        }
        #expect(most[0] == most[1])
        #expect(most[1] <= 8)
    }

    @Test func `Members stand in the order in which they were put`() {
        var chain = Chain<Link>()
        let links = (0..<6).map { Link($0, Looks()) }
        for link in links { chain.append(link) }
        chain.remove(links[3])
        chain.remove(links[0])
        chain.remove(links[5])
        chain.append(links[0])
        var order: [Int] = []
        let last = chain.popLast()
        while let link = chain.popFirst() { order.append(link.number) }
        #expect(last === links[0])
        #expect(order == [1, 2, 4])
        #expect(chain.popLast() == nil)
    }
}
