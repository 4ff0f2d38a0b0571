/// What waits, by the paths of those who wait: each node's children are in a ring by turns, and in a row by how much
/// waits below them. A node is there for as long as something waits below it.
struct TurnTree<Element> {
    /// A leaf and an inner node may have the same key: paths may have different lengths.
    private struct Place: Hashable {
        let parent: Int
        let key: UInt64
        let isLeaf: Bool
    }

    private struct Node {
        let place: Place
        /// How much waits below.
        var count = 0
        /// The child whose turn is next; nil where none takes turns.
        var turn: Int?
        /// In the ring of its parent; itself where it is alone or in none.
        var next: Int
        var previous: Int
        var takesTurns = false
        var rank = 0
        var children = RankedRow()
        /// A leaf's.
        var line = WaitingLine<Element>()

        init(_ place: Place, id: Int) {
            self.place = place
            next = id
            previous = id
        }
    }

    private static var root: Int { 0 }
    private var nodes: [Node]
    private var unused: [Int] = []
    private var ids: [Place: Int] = [:]
    private(set) var steps = 0

    init() {
        nodes = [Node(Place(parent: -1, key: 0, isLeaf: false), id: Self.root)]
    }

    var count: Int { nodes[Self.root].count }

    mutating func append(_ element: Element, at path: [UInt64], takesTurns: Bool) {
        var node = Self.root
        for (depth, key) in path.enumerated() {
            let place = Place(parent: node, key: key, isLeaf: depth == path.count - 1)
            node = ids[place] ?? insert(place, takesTurns: takesTurns || depth > 0)
        }
        nodes[node].line.append(element)
        count(1, at: node)
    }

    mutating func popFirst() -> Element? {
        guard nodes[Self.root].turn != nil else { return nil }
        var node = Self.root
        while let child = nodes[node].turn {
            steps += 1
            nodes[node].turn = nodes[child].next
            node = child
        }
        let element = nodes[node].line.removeFirst()
        count(-1, at: node)
        return element
    }

    mutating func removeLast(of leaf: Int) -> Element {
        let element = nodes[leaf].line.removeLast()
        count(-1, at: leaf)
        return element
    }

    /// The leaf that most waits at, where that is more than would then wait at `path`: on the outermost level on which
    /// they differ in that.
    mutating func leafToDisplace(for path: [UInt64]) -> Int? {
        var node = Self.root
        for (depth, key) in path.enumerated() {
            steps += 1
            guard let most = nodes[node].children.greatest else { return nil }
            let own = ids[Place(parent: node, key: key, isLeaf: depth == path.count - 1)]
            if nodes[most].count > (own.map { nodes[$0].count } ?? 0) + 1 { return fullestLeaf(below: most) }
            guard let own else { return nil }
            node = own
        }
        return nil
    }

    private mutating func fullestLeaf(below node: Int) -> Int {
        var node = node
        while let child = nodes[node].children.greatest {
            steps += 1
            node = child
        }
        return node
    }

    mutating func setTakesTurns(_ takesTurns: Bool, outermost key: UInt64) {
        for isLeaf in [false, true] {
            guard let node = ids[Place(parent: Self.root, key: key, isLeaf: isLeaf)] else { continue }
            if takesTurns { enterRing(node) } else { leaveRing(node) }
        }
    }

    // MARK: Nodes

    private mutating func insert(_ place: Place, takesTurns: Bool) -> Int {
        steps += 1
        let id = unused.popLast() ?? nodes.count
        if id == nodes.count { nodes.append(Node(place, id: id)) } else { nodes[id] = Node(place, id: id) }
        ids[place] = id
        nodes[id].rank = nodes[place.parent].children.append(id)
        if takesTurns { enterRing(id) }
        return id
    }

    /// One more waits at the leaf, or one fewer: `step` is 1 or -1.
    private mutating func count(_ step: Int, at leaf: Int) {
        var node = leaf
        while node != Self.root {
            steps += 1
            let parent = nodes[node].place.parent
            let other = nodes[parent].children.move(nodes[node].rank, from: nodes[node].count, by: step)
            swapRanks(node, other)
            nodes[node].count += step
            if nodes[node].count == 0 { release(node) }
            node = parent
        }
        nodes[Self.root].count += step
    }

    /// Nothing waits at it any more.
    private mutating func release(_ node: Int) {
        nodes[nodes[node].place.parent].children.removeLast()
        leaveRing(node)
        ids[nodes[node].place] = nil
        unused.append(node)
    }

    private mutating func swapRanks(_ one: Int, _ other: Int) {
        (nodes[one].rank, nodes[other].rank) = (nodes[other].rank, nodes[one].rank)
    }

    // MARK: Turns

    /// Its turn comes after one of each who waits.
    private mutating func enterRing(_ node: Int) {
        guard !nodes[node].takesTurns else { return }
        nodes[node].takesTurns = true
        let parent = nodes[node].place.parent
        guard let next = nodes[parent].turn else {
            nodes[parent].turn = node
            return
        }
        let previous = nodes[next].previous
        (nodes[node].previous, nodes[node].next) = (previous, next)
        nodes[previous].next = node
        nodes[next].previous = node
    }

    private mutating func leaveRing(_ node: Int) {
        guard nodes[node].takesTurns else { return }
        nodes[node].takesTurns = false
        let parent = nodes[node].place.parent
        let (previous, next) = (nodes[node].previous, nodes[node].next)
        if nodes[parent].turn == node { nodes[parent].turn = next == node ? nil : next }
        nodes[previous].next = next
        nodes[next].previous = previous
        (nodes[node].previous, nodes[node].next) = (node, node)
    }
}

/// Members in a row by how much each has, the most first. What one has changes by one: then it changes places with one
/// other, and no more is to be done.
struct RankedRow {
    private var row: [Int] = []
    /// How many have more than 0, more than 1, and so on.
    private var more: [Int] = []

    /// Who has most; of several, who got the last of it latest.
    var greatest: Int? { more.last.map { row[$0 - 1] } }

    /// Takes in a member that has nothing yet; its rank.
    mutating func append(_ member: Int) -> Int {
        row.append(member)
        return row.count - 1
    }

    /// The member of that rank, which has `count`, gets one more or loses one: `step` is 1 or -1. With whom it changes ranks,
    /// itself at times.
    mutating func move(_ rank: Int, from count: Int, by step: Int) -> Int {
        let level = min(count, count + step)
        if more.count == level { more.append(0) }
        // Of those who have more than `level` the last, or the one behind them.
        let place = step > 0 ? more[level] : more[level] - 1
        let other = row[place]
        row.swapAt(rank, place)
        more[level] += step
        if more[level] == 0 { more.removeLast() }
        return other
    }

    /// Lets the only member go that has nothing.
    mutating func removeLast() { row.removeLast() }
}

/// Things in the order in which they came, taken from both ends.
package struct WaitingLine<Element> {
    private var things: [Element?] = []
    private var head = 0

    package init() {}

    package var isEmpty: Bool { head == things.count }

    package mutating func append(_ element: Element) { things.append(element) }

    package mutating func removeFirst() -> Element {
        guard let element = things[head].take() else { preconditionFailure("nothing waits") }
        head += 1
        // Each thing is moved once for each that has gone.
        if head * 2 >= things.count {
            things.removeFirst(head)
            head = 0
        }
        return element
    }

    mutating func removeLast() -> Element {
        guard head < things.count, let element = things.removeLast() else { preconditionFailure("nothing waits") }
        if head == things.count { (things, head) = ([], 0) }
        return element
    }
}
