import HTTPCore
import Previews
import SeededRandom
import Synchronization
import Testing

/// Who is home to a broadcast: one worker, whoever comes and goes at the same time.
struct BroadcastBoardTests {
    static func key(_ number: Int, account: Int? = 1) -> BroadcastKey {
        BroadcastKey(
            upstream: 0, version: 1, stream: UniqueID(high: 0, low: UInt64(number)), query: [],
            account: account.map { UniqueID(high: 1, low: UInt64($0)) })
    }

    @Test func `The first is home, others listen`() {
        let board = BroadcastBoard()
        let key = Self.key(1)
        guard case .home(let id) = board.join(key, worker: 3) else {
            Issue.record("the first is not home")
            return
        }
        #expect(board.join(key, worker: 1) == .listen(id, home: 3))
        #expect(board.join(key, worker: 3) == .home(id))
        #expect(board.listeners(key, id) == [1, 3])
        #expect(board.leave(key, id, worker: 3) == 3)
        #expect(board.leave(key, id, worker: 1) == 3)
        // It lingers: whoever comes now finds the same.
        #expect(board.join(key, worker: 2) == .listen(id, home: 3))
        #expect(!board.removeIfUnwatched(key, id))
        #expect(board.leave(key, id, worker: 2) == 3)
        #expect(board.removeIfUnwatched(key, id))
        #expect(board.count == 0)
    }

    @Test func `Each part of a key keeps broadcasts apart`() {
        let board = BroadcastBoard()
        let stream = UniqueID(high: 0, low: 1)
        let account = UniqueID(high: 1, low: 1)
        let keys = [
            BroadcastKey(upstream: 0, version: 1, stream: stream, query: [], account: account),
            BroadcastKey(upstream: 1, version: 1, stream: stream, query: [], account: account),
            BroadcastKey(upstream: 0, version: 2, stream: stream, query: [], account: account),
            BroadcastKey(
                upstream: 0, version: 1, stream: UniqueID(high: 0, low: 2), query: [], account: account),
            BroadcastKey(upstream: 0, version: 1, stream: stream, query: [0x61], account: account),
            BroadcastKey(
                upstream: 0, version: 1, stream: stream, query: [], account: UniqueID(high: 1, low: 2)),
            BroadcastKey(upstream: 0, version: 1, stream: stream, query: [], account: nil),
        ]
        for (worker, key) in keys.enumerated() {
            guard case .home = board.join(key, worker: worker) else {
                Issue.record("\(key) shares with another")
                return
            }
        }
        #expect(board.count == keys.count)
    }

    @Test func `An earlier broadcast of a key is nobody's any more`() {
        let board = BroadcastBoard()
        let key = Self.key(1)
        guard case .home(let early) = board.join(key, worker: 0) else { return }
        #expect(board.remove(key, early) == [0])
        guard case .home(let late) = board.join(key, worker: 1) else {
            Issue.record("what was removed is still there")
            return
        }
        #expect(late > early)
        #expect(board.leave(key, early, worker: 1) == nil)
        #expect(board.removeIfUnwatched(key, early))
        #expect(board.remove(key, early) == [])
        #expect(board.handOver(key, early, from: 1) == nil)
        #expect(board.listeners(key, early) == [] && board.listeners(key, late) == [1])
    }

    @Test func `A home that stops names another`() {
        let board = BroadcastBoard()
        let key = Self.key(1)
        guard case .home(let id) = board.join(key, worker: 0) else { return }
        _ = board.join(key, worker: 2)
        _ = board.join(key, worker: 4)
        #expect(board.handOver(key, id, from: 0) == 2)
        #expect(board.confirmHome(key, id, worker: 2))
        #expect(board.join(key, worker: 4) == .listen(id, home: 2))
        #expect(board.handOver(key, id, from: 2) == 4)
        // Word that it is home may reach a worker late.
        #expect(!board.confirmHome(key, id, worker: 2))
        #expect(board.leave(key, id, worker: 4) == 4)
        #expect(!board.confirmHome(key, id, worker: 4), "home to what nobody watches")
        #expect(board.count == 0)
    }

    @Test func `There are no more broadcasts than allowed`() {
        let board = BroadcastBoard(maximum: 2)
        _ = board.join(Self.key(1), worker: 0)
        _ = board.join(Self.key(2), worker: 0)
        #expect(board.join(Self.key(3), worker: 0) == .alone)
        guard case .listen = board.join(Self.key(2), worker: 1) else {
            Issue.record("what is there already is not shared")
            return
        }
    }

    private final class Seen: Sendable {
        /// The worker that is home to each stream.
        let homes = Mutex<[Int: Int]>([:])
        let faults = Atomic<Int>(0)
    }

    /// Four threads, each a worker: whoever is told to be home finds no other home alive.
    @Test func `However threads come and go there is one home`() async {
        let board = BroadcastBoard()
        let seen = Seen()
        await withTaskGroup { group in
            for worker in 0..<4 {
                group.addTask {
                    var random = SeededRandom(UInt64(worker))
                    for _ in 0..<20_000 {
                        let number = Int.random(in: 0..<3, using: &random)
                        let key = Self.key(number)
                        switch board.join(key, worker: worker) {
                        case .home(let id):
                            seen.homes.withLock { homes in
                                if homes[number] != nil { seen.faults.add(1, ordering: .relaxed) }
                                homes[number] = worker
                            }
                            // The home leaves last of all: it waits until nobody else listens.
                            _ = board.leave(key, id, worker: worker)
                            while true {
                                let isOver = seen.homes.withLock { homes in
                                    guard board.removeIfUnwatched(key, id) else { return false }
                                    homes[number] = nil
                                    return true
                                }
                                if isOver { break }
                                await Task.yield()
                            }
                        case .listen(let id, let home):
                            if home == worker { seen.faults.add(1, ordering: .relaxed) }
                            _ = board.leave(key, id, worker: worker)
                        case .alone: seen.faults.add(1, ordering: .relaxed)
                        }
                    }
                }
            }
        }
        #expect(seen.faults.load(ordering: .relaxed) == 0)
        #expect(board.count == 0 && seen.homes.withLock(\.isEmpty))
    }
}
