/// A bounded queue of what several clients wait for. They take turns, however many things each has in it; and where it
/// is full, whoever has most in it makes room for whoever has less. So a flood of one client delays and pushes out only
/// its own.
///
/// A client is named by a path of keys, from the widest: a network, and an address in it. Networks take turns, in each
/// its addresses, and so on; and who has most is asked in the same order.
///
/// No operation looks at all that wait: each costs a few steps for every key of the path.
package struct FairQueue<Element> {
    package enum Admission {
        case taken
        /// It was taken, and this one had to go.
        case displacing(Element)
        case full
    }

    private let capacity: Int
    private var tree = TurnTree<Element>()
    /// Outermost keys that have no turn for now.
    private var resting: Set<UInt64> = []

    package init(capacity: Int) {
        self.capacity = capacity
    }

    package var count: Int { tree.count }
    /// How many nodes were looked at in all: what this costs, for tests.
    package var steps: Int { tree.steps }

    package mutating func append(_ element: Element, of client: UInt64) -> Admission {
        append(element, of: [client])
    }

    /// `path` is not empty.
    package mutating func append(_ element: Element, of path: [UInt64]) -> Admission {
        precondition(!path.isEmpty, "whoever waits has a name")
        var admission = Admission.taken
        if tree.count >= capacity {
            guard let leaf = tree.leafToDisplace(for: path) else { return .full }
            admission = .displacing(tree.removeLast(of: leaf))
        }
        tree.append(element, at: path, takesTurns: !resting.contains(path[0]))
        return admission
    }

    /// The next whose turn it is; nil where nobody waits but those that rest.
    package mutating func popFirst() -> Element? { tree.popFirst() }

    /// Whoever waits under this outermost key has no turn until `wake`.
    package mutating func rest(_ key: UInt64) {
        guard resting.insert(key).inserted else { return }
        tree.setTakesTurns(false, outermost: key)
    }

    package mutating func wake(_ key: UInt64) {
        guard resting.remove(key) != nil else { return }
        tree.setTakesTurns(true, outermost: key)
    }
}
