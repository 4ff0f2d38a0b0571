/// Somebody who waits for a place in an `OpenCallerShare`, or has one.
package protocol OpenCaller: ChainMember {
    /// Whose places are counted together.
    var network: UInt64 { get }
}

/// The share of an upstream that callers without credentials have: so many exchanges at once, the others wait. Nobody else's
/// requests need these places, and these callers take none of theirs.
///
/// A network has at most as many places as are left free: one alone has half of them, and there is one left for whoever
/// comes next. Those that wait take turns by network, however many of each wait.
package struct OpenCallerShare<Caller: OpenCaller> {
    /// Those of a network that wait, a member of the ring of networks while there are any.
    private final class Line: ChainMember {
        let network: UInt64
        var waiting = Chain<Caller>()
        var before: Line?
        var after: Line?

        init(network: UInt64) { self.network = network }
    }

    private let places: Int
    private var free: Int
    /// Networks that have places: never more than there are places.
    private var holders: [(network: UInt64, count: Int)] = []
    private var lines: [UInt64: Line] = [:]
    /// Whose turn it is stands first.
    private var turns = Chain<Line>()

    package init(places: Int) {
        self.places = places
        free = places
    }

    /// True: the caller has a place until `leave`. False: it waits, until `next` gives it, or until `giveUp`.
    package mutating func enter(_ caller: Caller) -> Bool {
        if lines[caller.network] == nil, take(caller.network) { return true }
        let line = lines[caller.network] ?? Line(network: caller.network)
        if line.waiting.count == 0 {
            lines[caller.network] = line
            turns.append(line)
        }
        line.waiting.append(caller)
        return false
    }

    /// A caller of `network` that had a place is done; call `next` until it gives nobody.
    package mutating func leave(_ network: UInt64) {
        guard let index = holders.firstIndex(where: { $0.network == network }) else {
            preconditionFailure("who leaves has entered")
        }
        free += 1
        holders[index].count -= 1
        if holders[index].count == 0 { holders.swapAt(index, holders.count - 1) }
        if holders.last?.count == 0 { holders.removeLast() }
    }

    /// Who waited longest of the network whose turn it is, and has a place now; nil where nobody can have one. Networks
    /// passed over have places, so they are few.
    package mutating func next() -> Caller? {
        var looks = turns.count
        while looks > 0, free > 0, let line = turns.popFirst() {
            looks -= 1
            turns.append(line)
            guard take(line.network) else { continue }
            let caller = line.waiting.popFirst()
            removeIfEmpty(line)
            return caller
        }
        return nil
    }

    /// A caller that waits does so no longer.
    package mutating func giveUp(_ caller: Caller) {
        guard let line = lines[caller.network] else { preconditionFailure("who gives up has waited") }
        line.waiting.remove(caller)
        removeIfEmpty(line)
    }

    private mutating func removeIfEmpty(_ line: Line) {
        guard line.waiting.count == 0 else { return }
        turns.remove(line)
        lines[line.network] = nil
    }

    private mutating func take(_ network: UInt64) -> Bool {
        let index = holders.firstIndex { $0.network == network }
        guard index.map({ holders[$0].count }) ?? 0 < free else { return false }
        free -= 1
        if let index { holders[index].count += 1 } else { holders.append((network, 1)) }
        return true
    }
}
