import CLinux
import Glibc

/// What a descriptor is ready for, or is waited for.
public struct Events: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let readable = Events(rawValue: UInt32(LINUX_READABLE))
    package static let writable = Events(rawValue: UInt32(LINUX_WRITABLE))
    /// The peer will send no more.
    package static let peerFinished = Events(rawValue: UInt32(LINUX_PEER_FINISHED))
    /// Both directions are closed, or the connection was reset.
    package static let hungUp = Events(rawValue: UInt32(LINUX_HUNG_UP))
    package static let failed = Events(rawValue: UInt32(LINUX_FAILED))
}

/// Something with a descriptor and a deadline on an event loop: the one kind of thing that the loop knows.
///
/// It belongs to the loop's thread, like all that it refers to. `ready` and `deadlinePassed` are its only entries.
open class EventSource {
    package final let loop: EventLoop
    /// The loop's memory. A constant of each source's own: what is two steps away is retained for each use (a retain and a
    /// release are some 20 ns of a request's 15 µs; perf, 2026-11, Swift 6.3).
    package final let memory: LoopMemory
    /// The descriptor, or -1 once it is closed.
    package final var descriptor: Int32 { number }
    private final var number: Int32
    /// What the loop calls this source by; 0 while it is not on the loop.
    final var token: UInt64 = 0
    /// What is waited for: `epoll_ctl` is called only when it changes.
    final var interest: Events = []
    /// When `deadlinePassed` is due.
    final var deadline = Instant.never
    /// The earliest entry for this source in the loop's heap.
    final var scheduled = Instant.never

    /// Takes over `descriptor`, which is closed by `close`.
    package init(descriptor: Int32, loop: EventLoop) {
        number = descriptor
        self.loop = loop
        memory = loop.memory
    }

    /// The descriptor is ready for some of what was waited for, or has failed.
    open func ready(_ events: Events) {
        preconditionFailure("every source says what its readiness means")
    }

    /// The deadline set last has come.
    open func deadlinePassed() {}

    /// A turn of the loop has taken so many nanoseconds, from waking to its end. Told to the loop's `turnObserver`.
    open func turnEnded(after nanoseconds: Int64) {}

    /// Joins the loop.
    package final func open(_ interest: Events) {
        loop.add(self, interest)
    }

    /// Waits for exactly these from now on.
    package final func wait(for events: Events) {
        if events != interest { loop.change(self, events) }
    }

    /// Sets the one deadline; `never` takes it away.
    package final func setDeadline(_ instant: Instant) {
        deadline = instant
        if instant < scheduled { loop.schedule(self) }
    }

    /// Leaves the loop and closes the descriptor; events of this turn still on their way are dropped. Doing it twice
    /// is as doing it once.
    package final func closeDescriptor() {
        let closing = relinquish()
        if closing >= 0 { Glibc.close(closing) }
    }

    /// Leaves the loop without closing: the descriptor is the caller's from now on.
    package final func relinquish() -> Int32 {
        let kept = descriptor
        if token != 0 { loop.remove(self) }
        deadline = .never
        number = -1
        return kept
    }

    deinit {
        precondition(token == 0, "a source leaves its loop before it goes")
    }
}
