import CLinux
import Glibc

/// One worker's loop over epoll, level-triggered. Everything on it lives on the thread that calls `run`, and nothing
/// of it is touched from elsewhere but its mailboxes.
package final class EventLoop {
    private struct Slot {
        var source: EventSource?
        /// Counts the sources that have stood here: an event for one that is gone names an older generation.
        var generation: UInt32 = 1
    }

    private let epoll: Int32
    private var slots: [Slot] = []
    private var freeSlots: [Int] = []
    /// How many descriptors the sources have.
    package private(set) var descriptorCount = 0
    private var heap = DeadlineHeap()
    /// What the last wait has found.
    /// SAFETY: read only up to the count that the wait has returned, and freed with the loop.
    private let found = UnsafeMutablePointer<linux_events>.allocate(capacity: 1)
    private var isStopped = false
    /// Told how long each turn took.
    package var turnObserver: EventSource? {
        get { observer }
        set { observer = newValue }
    }
    private var observer: EventSource?
    private var handshakesLeft = 0
    /// Nanoseconds of the monotonic clock.
    private let clock: () -> Int64

    /// The time of this turn: read once after waiting, good for all that the turn does.
    package var now: Instant { turnTime }
    private var turnTime: Instant
    /// What to add to `now` for the wall clock, in nanoseconds; read again each second.
    private var wallClockOffset: Int64
    private var wallClockRead: Instant
    /// Memory that is lent out for one event and comes back warm.
    package let memory = LoopMemory()

    /// What connections keep beyond that.
    package let buffered = BufferedBytes()

    /// A simulation brings a clock of its own, and calls `turn` in place of `run`.
    package init(clock: @escaping () -> Int64 = linux_monotonic) throws(SystemError) {
        self.clock = clock
        epoll = linux_epoll_create()
        if epoll < 0 { throw SystemError(call: "epoll_create1", code: -epoll) }
        let monotonic = clock()
        turnTime = Instant(nanoseconds: monotonic)
        wallClockRead = turnTime
        wallClockOffset = linux_realtime() - monotonic
    }

    deinit {
        Glibc.close(epoll)
        found.deallocate()
    }

    /// The wall clock of this turn, in milliseconds since 1970.
    package var unixMilliseconds: Int64 { (now.nanoseconds &+ wallClockOffset) / 1_000_000 }

    /// Serves until `stop` is called.
    package func run() {
        while !isStopped { turn(milliseconds: timeout()) }
    }

    /// `run` returns after this turn.
    package func stop() {
        isStopped = true
    }

    /// Does all that is due now, and waits for nothing.
    package func turn() {
        turn(milliseconds: 0)
    }

    private func turn(milliseconds: Int32) {
        let count = wait(milliseconds: milliseconds)
        readClock()
        handshakesLeft = Self.handshakesPerTurn
        for index in 0..<count {
            // A source that an earlier event of this turn has closed is not there any more.
            guard let source = source(linux_event_token(found, index)) else { continue }
            source.ready(Events(rawValue: linux_event_flags(found, index)))
            if buffered.isOver { buffered.relieve() }
        }
        fireDeadlines()
        if buffered.isOver { buffered.relieve() }
        observer?.turnEnded(after: linux_monotonic() &- now.nanoseconds)
    }

    private func wait(milliseconds: Int32) -> Int32 {
        let result = linux_epoll_wait(epoll, found, milliseconds)
        precondition(result >= 0 || result == -EINTR, "epoll_wait fails only on a descriptor that is not ours")
        return max(0, result)
    }

    private func readClock() {
        turnTime = Instant(nanoseconds: clock())
        if now.nanoseconds &- wallClockRead.nanoseconds > 1_000_000_000 {
            wallClockRead = now
            wallClockOffset = linux_realtime() &- now.nanoseconds
        }
    }

    /// Milliseconds until the earliest deadline, rounded up so that it has come by then; -1 where there is none.
    private func timeout() -> Int32 {
        let earliest = heap.earliest
        if earliest == .never { return -1 }
        // What is put off to the next turn waits for nothing.
        if earliest <= nextTurn { return 0 }
        let nanoseconds = earliest.nanoseconds &- now.nanoseconds
        return Int32(min(nanoseconds / 1_000_000 + 1, 60_000))
    }

    /// A deadline that is not due in this turn any more, and in the next for certain.
    package var nextTurn: Instant { now.advanced(by: Interval(nanoseconds: 1)) }

    /// Eight signatures by RSA take some 8 ms: as long as a live preview may be kept from its next picture unnoticed.
    private static let handshakesPerTurn = 8

    /// Whether another handshake may be worked on in this turn.
    func takesHandshake() -> Bool {
        guard handshakesLeft > 0 else { return false }
        handshakesLeft -= 1
        return true
    }

    private func fireDeadlines() {
        while heap.earliest <= now {
            var entries = exchange(&heap, with: DeadlineHeap())
            let due = entries.removeDue(at: now)
            heap = consume entries
            guard let entry = due else { return }
            guard let source = source(entry.token), source.scheduled == entry.instant else { continue }
            source.scheduled = .never
            if source.deadline <= now {
                source.deadline = .never
                source.deadlinePassed()
            } else if source.deadline != .never {
                schedule(source)
            }
        }
    }

    func schedule(_ source: EventSource) {
        guard source.token != 0 else { return }
        source.scheduled = source.deadline
        var entries = exchange(&heap, with: DeadlineHeap())
        entries.insert(DeadlineHeap.Entry(instant: source.deadline, token: source.token))
        heap = consume entries
    }

    // MARK: Sources

    private func source(_ token: UInt64) -> EventSource? {
        let index = Int(truncatingIfNeeded: token & 0xFFFF_FFFF)
        guard index < slots.count, slots[index].generation == UInt32(truncatingIfNeeded: token >> 32) else {
            return nil
        }
        return slots[index].source
    }

    func add(_ source: EventSource, _ interest: Events) {
        precondition(source.token == 0, "a source joins its loop once")
        var (places, free) = (exchange(&slots, with: []), exchange(&freeSlots, with: []))
        let index = free.popLast() ?? places.count
        if index == places.count { places.append(Slot()) }
        places[index].source = source
        source.token = UInt64(places[index].generation) << 32 | UInt64(index)
        (slots, freeSlots) = (places, free)
        source.interest = interest
        if source.descriptor >= 0 { descriptorCount += 1 }
        control(0, source)
        if source.deadline != .never { schedule(source) }
    }

    func change(_ source: EventSource, _ interest: Events) {
        guard source.token != 0 else { return }
        source.interest = interest
        control(1, source)
    }

    func remove(_ source: EventSource) {
        control(2, source)
        if source.descriptor >= 0 { descriptorCount -= 1 }
        let index = Int(truncatingIfNeeded: source.token & 0xFFFF_FFFF)
        var (places, free) = (exchange(&slots, with: []), exchange(&freeSlots, with: []))
        places[index].source = nil
        places[index].generation &+= 1
        free.append(index)
        (slots, freeSlots) = (places, free)
        source.token = 0
        source.scheduled = .never
    }

    private func control(_ operation: Int32, _ source: EventSource) {
        // A source without a descriptor waits for its deadline alone.
        if source.descriptor < 0 { return }
        let result = linux_epoll_control(epoll, operation, source.descriptor, source.interest.rawValue, source.token)
        // Out of kernel memory for watches is the one failure that is not our own mistake: then the deadline of the
        // source ends it, as it does for any peer that is never heard of again.
        let isExcused = operation == 2 || result == -ENOMEM || result == -ENOSPC
        precondition(result == 0 || isExcused, "epoll_ctl fails only by our own mistake")
    }
}
