internal import Synchronization

/// Which broadcasts there are in the process, and which worker is home to each: the one place where it is decided who asks
/// Luna-Streams. It is touched when a worker's first viewer of a broadcast comes and its last one leaves, never for a picture.
///
/// Messages between workers may cross; what stands here is true. So a message only says "look", and whoever gets it looks.
package final class BroadcastBoard: Sendable {
    /// What a worker is to do for its first viewer of a key.
    package enum Seat: Equatable, Sendable {
        /// Nobody else has that broadcast: ask Luna-Streams. It may be home already, with no viewer of its own.
        case home(BroadcastID)
        /// Pictures come from that worker.
        case listen(BroadcastID, home: Int)
        /// There are too many broadcasts: the viewer asks for itself.
        case alone
    }

    private struct Entry {
        let id: BroadcastID
        var home: Int
        /// Workers with viewers.
        var listeners: Set<Int>
    }

    private struct State {
        var entries: [BroadcastKey: Entry] = [:]
        var lastNumber: UInt64 = 0
    }

    private let state = Mutex(State())
    /// So many broadcasts at most, answers that are kept among them. A key's query is any client's to choose.
    private let maximum: Int

    package init(maximum: Int = 16384) {
        self.maximum = maximum
    }

    package func join(_ key: BroadcastKey, worker: Int) -> Seat {
        state.withLock { state in
            if let index = state.entries.index(forKey: key) {
                state.entries.values[index].listeners.insert(worker)
                let entry = state.entries.values[index]
                return entry.home == worker ? .home(entry.id) : .listen(entry.id, home: entry.home)
            }
            guard state.entries.count < maximum else { return .alone }
            state.lastNumber += 1
            let id = BroadcastID(number: state.lastNumber)
            state.entries[key] = Entry(id: id, home: worker, listeners: [worker])
            return .home(id)
        }
    }

    /// A worker's last viewer has left. Names the broadcast's home, which is to look; nil where the broadcast is over.
    package func leave(_ key: BroadcastKey, _ id: BroadcastID, worker: Int) -> Int? {
        change(key, id, otherwise: nil) { entry in
            entry.listeners.remove(worker)
            return entry.home
        }
    }

    /// Workers with viewers of that broadcast.
    package func listeners(_ key: BroadcastKey, _ id: BroadcastID) -> Set<Int> {
        change(key, id, otherwise: []) { $0.listeners }
    }

    /// Takes the broadcast off the board unless somebody watches. False where somebody does.
    package func removeIfUnwatched(_ key: BroadcastKey, _ id: BroadcastID) -> Bool {
        state.withLock { state in
            guard let entry = state.entries[key], entry.id == id else { return true }
            guard entry.listeners.isEmpty else { return false }
            state.entries[key] = nil
            return true
        }
    }

    /// Takes the broadcast off the board. Returns the workers that still watch: they are to be told, and nobody after them.
    package func remove(_ key: BroadcastKey, _ id: BroadcastID) -> Set<Int> {
        state.withLock { state in
            guard let entry = state.entries[key], entry.id == id else { return [] }
            state.entries[key] = nil
            return entry.listeners
        }
    }

    /// Its home stops. Names the worker that is home from now on; nil where no other has viewers, and then the broadcast is over.
    package func handOver(_ key: BroadcastKey, _ id: BroadcastID, from worker: Int) -> Int? {
        state.withLock { state in
            guard let index = state.entries.index(forKey: key), state.entries.values[index].id == id
            else { return nil }
            state.entries.values[index].listeners.remove(worker)
            guard let next = state.entries.values[index].listeners.min() else {
                state.entries.remove(at: index)
                return nil
            }
            state.entries.values[index].home = next
            return next
        }
    }

    /// A worker hears that it is home. True where it still is, and somebody watches; a broadcast that nobody does is taken off the
    /// board. Word of it may be old: meanwhile the worker may have handed it over again.
    package func confirmHome(_ key: BroadcastKey, _ id: BroadcastID, worker: Int) -> Bool {
        state.withLock { state in
            guard let entry = state.entries[key], entry.id == id, entry.home == worker else { return false }
            if entry.listeners.isEmpty { state.entries[key] = nil }
            return !entry.listeners.isEmpty
        }
    }

    package var count: Int { state.withLock { $0.entries.count } }

    private func change<Result: Sendable>(
        _ key: BroadcastKey, _ id: BroadcastID, otherwise: Result, _ body: (inout Entry) -> Result
    ) -> Result {
        state.withLock { state in
            guard let index = state.entries.index(forKey: key), state.entries.values[index].id == id
            else {
                return otherwise
            }
            return body(&state.entries.values[index])
        }
    }
}
