import Auth
import SeededRandom
import Testing

/// Random clients of a fair queue, beside a plain account of who has how much in it.
struct FairQueueSimulationTests {
    private struct Thing: Hashable {
        let path: [UInt64]
        let number: Int
    }

    /// How much waits below each beginning of a path.
    private struct Ledger {
        private(set) var waiting: [Thing] = []
        private var counts: [[UInt64]: Int] = [:]

        mutating func enter(_ thing: Thing) {
            waiting.append(thing)
            for length in 1...thing.path.count { counts[Array(thing.path.prefix(length)), default: 0] += 1 }
        }

        /// False where it was not there.
        mutating func leave(_ thing: Thing) -> Bool {
            guard let index = waiting.firstIndex(of: thing) else { return false }
            waiting.remove(at: index)
            for length in 1...thing.path.count { counts[Array(thing.path.prefix(length)), default: 0] -= 1 }
            return true
        }

        func count(_ path: ArraySlice<UInt64>) -> Int { counts[Array(path), default: 0] }

        /// The most that waits below any one key behind `path`.
        func most(behind path: ArraySlice<UInt64>) -> Int {
            counts.filter { $0.key.count == path.count + 1 && $0.key.starts(with: path) }.map(\.value).max() ?? 0
        }

        /// Whether `thing` is of those who have most, on the outermost level on which anybody has more than whoever
        /// comes would have.
        func isFair(_ thing: Thing, for path: [UInt64]) -> Bool {
            for depth in path.indices {
                let most = most(behind: path[..<depth])
                if most > count(path[...depth]) + 1 {
                    return thing.path.starts(with: path[..<depth])
                        && thing.path.indices[depth...].allSatisfy {
                            count(thing.path[...$0]) == self.most(behind: thing.path[..<$0])
                        }
                }
            }
            return false
        }

        /// Whether nobody has so much more than who comes that it could be displaced.
        func isFull(for path: [UInt64]) -> Bool {
            path.indices.allSatisfy { most(behind: path[..<$0]) <= count(path[...$0]) + 1 }
        }
    }

    private static func path(_ random: inout SeededRandom) -> [UInt64] {
        // Some have one network, some have many.
        let reach: UInt64 = random.once(in: 2) ? 1 : 6
        return (0..<3).map { _ in .random(in: 0..<reach, using: &random) }
    }

    private static func walk(_ seed: UInt64) -> String? {
        var random = SeededRandom(seed)
        let capacity = Int.random(in: 1...24, using: &random)
        var queue = FairQueue<Thing>(capacity: capacity)
        var ledger = Ledger()
        for number in 0..<200 {
            if random.once(in: 3) {
                guard let thing = queue.popFirst() else {
                    if !ledger.waiting.isEmpty { return "\(ledger.waiting.count) wait, and none has a turn" }
                    continue
                }
                if ledger.waiting.first(where: { $0.path == thing.path }) != thing { return "not a client's first" }
                _ = ledger.leave(thing)
                continue
            }
            let thing = Thing(path: path(&random), number: number)
            switch queue.append(thing, of: thing.path) {
            case .taken:
                if ledger.waiting.count >= capacity { return "more than may wait" }
            case .displacing(let other):
                if !ledger.isFair(other, for: thing.path) { return "\(other) had to go for \(thing)" }
                if ledger.waiting.last(where: { $0.path == other.path }) != other { return "not a client's last" }
                _ = ledger.leave(other)
            case .full:
                if ledger.waiting.count < capacity { return "there was room" }
                if !ledger.isFull(for: thing.path) { return "somebody has more than \(thing)" }
                continue
            }
            ledger.enter(thing)
            if queue.count != ledger.waiting.count { return "\(queue.count) of \(ledger.waiting.count) wait" }
        }
        return nil
    }

    @Test func `Who has most makes room, nothing is lost, and each client's are in order`() {
        Seeds.walk(2000, Self.walk)
    }

    /// Attackers of many addresses in a few sites send as much as they can; somebody else sends one at a time.
    private static func flood(_ seed: UInt64) -> String? {
        var random = SeededRandom(seed)
        let sites = UInt64.random(in: 1...20, using: &random)
        var queue = FairQueue<Thing>(capacity: 64)
        var waitingSince: Int?
        for turn in 0..<400 {
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let path = [.random(in: 0..<sites, using: &random), .random(in: 0..<256, using: &random)] as [UInt64]
                if case .displacing(let other) = queue.append(Thing(path: path, number: turn), of: path),
                    other.path[0] == 1000
                {
                    return "who had one thing in it lost it to a flood"
                }
            }
            if waitingSince == nil {
                let honest = Thing(path: [1000, 1], number: turn)
                if case .full = queue.append(honest, of: honest.path) { return "no place for who has none" }
                waitingSince = turn
            }
            guard let thing = queue.popFirst() else { return "nobody waits" }
            if thing.path[0] == 1000 { waitingSince = nil }
            if let waitingSince, turn - waitingSince > Int(sites) { return "waited more turns than there are sites" }
        }
        return nil
    }

    @Test func `A flood of any size is one client among others`() {
        Seeds.walk(500, Self.flood)
    }
}
