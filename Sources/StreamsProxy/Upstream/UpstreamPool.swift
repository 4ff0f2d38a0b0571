import HTTPCore

/// Idle connections to an upstream, the last used on top: it is the likeliest to be still open.
///
/// With those in use they are never more than were in use at once in the last ten seconds, whatever made them: a request
/// that can't be replayed brings a connection of its own, and when that is put back the oldest goes for it. A fixed maximum
/// would be the point from which each request makes a connection of its own.
///
/// Taking, putting and discarding cost the same however many there are. On the loop it has one deadline for all that wait:
/// one of each connection's own would be set with every request.
final class UpstreamPool: EventSource {
    private let idleTimeout: Interval
    /// The last used. It stands apart, since most of the time it is the one that is taken and put back, and neighbours in a
    /// chain cost ten retains and releases (callgrind, 2026-11, Swift 6.3).
    private var top: UpstreamConnection?
    /// The others.
    private var idle = Chain<UpstreamConnection>()
    private var idleCount = 0
    /// How many are in use.
    private let use: RecentPeak
    private var isOnLoop = false
    private var isTimerSet = false
    private var isRetired = false

    /// A connection is kept for `idleTimeout`: shorter than any keep-alive we have met in LUNA services (15 s), so that
    /// they seldom close first.
    init(loop: EventLoop, idleTimeout: Interval = Interval(.seconds(10))) {
        self.idleTimeout = idleTimeout
        use = RecentPeak(at: loop.now)
        super.init(descriptor: -1, loop: loop)
    }

    var count: Int { idleCount }

    // The chain is taken out while it is worked on: an access to a part of this object would be kept track of.

    func take() -> UpstreamConnection? {
        if let last = exchange(&top, with: nil) {
            idleCount -= 1
            return last
        }
        var chain = exchange(&idle, with: Chain())
        let last = chain.popLast()
        idle = chain
        if last != nil { idleCount -= 1 }
        return last
    }

    private func takeOldest() -> UpstreamConnection? {
        // Not by `take`: in a loop of these the compiler (Swift 6.3, 2026-12) keeps one access to the chain open over all, and
        // another within it is a conflict.
        var chain = exchange(&idle, with: Chain())
        var oldest = chain.popFirst()
        idle = chain
        if oldest == nil { oldest = exchange(&top, with: nil) }
        if oldest != nil { idleCount -= 1 }
        return oldest
    }

    private var oldest: UpstreamConnection? { idle.first ?? top }

    /// A connection serves an exchange from now on, a taken one or a new one.
    func beginUse() { use.rise(at: loop.now) }

    /// It does no longer.
    func endUse() { use.fall(at: loop.now) }

    /// Keeps a connection that has nothing left to say.
    func put(_ connection: UpstreamConnection) {
        guard !isRetired else {
            connection.close()
            return
        }
        if connection.becomeIdle() { endUse() }
        if let before = exchange(&top, with: connection) {
            var chain = exchange(&idle, with: Chain())
            chain.append(before)
            idle = chain
        }
        idleCount += 1
        if idleCount + use.level > use.peak { discardUnneeded() }
        if !isTimerSet { setTimer() }
    }

    /// An idle connection was closed by its peer, or said something unasked.
    func discard(_ connection: UpstreamConnection) {
        if connection === top {
            top = nil
        } else {
            var chain = exchange(&idle, with: Chain())
            chain.remove(connection)
            idle = chain
        }
        idleCount -= 1
        connection.close()
    }

    /// Gives the descriptor of the oldest back; false where none is idle.
    func discardOldest() -> Bool {
        guard let oldest = takeOldest() else { return false }
        oldest.close()
        return true
    }

    private func discardUnneeded() {
        while idleCount + use.level > use.peak, let oldest = takeOldest() { oldest.close() }
    }

    private func setTimer() {
        guard let oldest, !isRetired else { return }
        if !isOnLoop { open([]) }
        isOnLoop = true
        isTimerSet = true
        setDeadline(min(oldest.idleSince.advanced(by: idleTimeout), use.stepEnd))
    }

    override func deadlinePassed() {
        isTimerSet = false
        let now = loop.now
        use.advance(to: now)
        while let oldest, oldest.idleSince.advanced(by: idleTimeout) <= now { discard(oldest) }
        discardUnneeded()
        setTimer()
    }

    /// No request will ask for a connection any more: none is kept, and it leaves the loop.
    func retire() {
        isRetired = true
        while let connection = takeOldest() { connection.close() }
        isTimerSet = false
        closeDescriptor()
    }
}
