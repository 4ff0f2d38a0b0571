/// A bounded queue of what several clients wait for. They take turns, however many things each has in it; and where it
/// is full, whoever has most in it makes room for whoever has less. So a flood of one client delays and pushes out only
/// its own.
package struct FairQueue<Element> {
    package enum Admission {
        case taken
        /// It was taken, and this one had to go.
        case displacing(Element)
        case full
    }

    private struct Entry {
        let element: Element
        let client: UInt64
        /// In which round of turns it is due: the next of a client is due a round after the one before.
        let round: Int
    }

    private let capacity: Int
    /// In order of arrival. So few that looking through them all costs nothing beside what they wait for.
    private var entries: [Entry] = []
    private var round = 0

    package init(capacity: Int) {
        self.capacity = capacity
    }

    package mutating func append(_ element: Element, of client: UInt64) -> Admission {
        var admission = Admission.taken
        if entries.count >= capacity {
            guard let last = entryToDisplace(for: client) else { return .full }
            admission = .displacing(entries.remove(at: last).element)
        }
        let own = entries.filter { $0.client == client }.map(\.round).max()
        let due = own.map { max(round, $0 + 1) } ?? round
        entries.append(Entry(element: element, client: client, round: due))
        return admission
    }

    /// The next whose turn it is.
    package mutating func popFirst() -> Element? {
        guard var first = entries.indices.first else { return nil }
        for index in entries.indices where entries[index].round < entries[first].round { first = index }
        round = entries[first].round
        return entries.remove(at: first).element
    }

    /// The last of whoever has most, if that is more than `client` would have then.
    private func entryToDisplace(for client: UInt64) -> Int? {
        var counts: [UInt64: Int] = [:]
        for entry in entries { counts[entry.client, default: 0] += 1 }
        guard let most = counts.values.max(), most > counts[client, default: 0] + 1 else { return nil }
        return entries.lastIndex { counts[$0.client] == most }
    }
}
