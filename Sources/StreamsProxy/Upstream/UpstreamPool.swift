import HTTPCore

/// Idle connections to an upstream, the last used on top: it is the likeliest to be still open.
///
/// With those in use they are never more than were in use at once in the last ten seconds, whatever made them: a request
/// that can't be replayed brings a connection of its own, and when that is put back the oldest goes for it. A fixed maximum
/// would be the point from which each request makes a connection of its own.
///
/// Taking, putting and discarding cost the same however many there are.
final class UpstreamPool {
    private let loop: EventLoop
    private let idleTimeout: Interval
    private var idle = Chain<UpstreamConnection>()
    /// How many are in use.
    private let use: RecentPeak
    private var timer: PoolTimer?
    private var isTimerSet = false
    private var isRetired = false

    /// A connection is kept for `idleTimeout`: shorter than any keep-alive we have met in LUNA services (15 s), so that
    /// they seldom close first.
    init(loop: EventLoop, idleTimeout: Interval = Interval(.seconds(10))) {
        self.loop = loop
        self.idleTimeout = idleTimeout
        use = RecentPeak(at: loop.now)
    }

    var count: Int { idle.count }

    // The chain is taken out while it is worked on: an access to a part of this object would be kept track of.

    func take() -> UpstreamConnection? {
        var chain = exchange(&idle, with: Chain())
        let last = chain.popLast()
        idle = chain
        return last
    }

    private func takeOldest() -> UpstreamConnection? {
        var chain = exchange(&idle, with: Chain())
        let first = chain.popFirst()
        idle = chain
        return first
    }

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
        connection.becomeIdle()
        var chain = exchange(&idle, with: Chain())
        chain.append(connection)
        idle = chain
        discardUnneeded()
        if !isTimerSet { setTimer() }
    }

    /// An idle connection was closed by its peer, or said something unasked.
    func discard(_ connection: UpstreamConnection) {
        var chain = exchange(&idle, with: Chain())
        chain.remove(connection)
        idle = chain
        connection.close()
    }

    /// Gives the descriptor of the oldest back; false where none is idle.
    func discardOldest() -> Bool {
        guard let oldest = takeOldest() else { return false }
        oldest.close()
        return true
    }

    private func discardUnneeded() {
        while idle.count + use.level > use.peak, let oldest = takeOldest() { oldest.close() }
    }

    private func setTimer() {
        guard let oldest = idle.first, !isRetired else { return }
        if timer == nil { timer = PoolTimer(self, loop: loop) }
        isTimerSet = true
        timer?.setDeadline(min(oldest.idleSince.advanced(by: idleTimeout), use.stepEnd))
    }

    fileprivate func timePassed() {
        isTimerSet = false
        let now = loop.now
        use.advance(to: now)
        while let oldest = idle.first, oldest.idleSince.advanced(by: idleTimeout) <= now { discard(oldest) }
        discardUnneeded()
        setTimer()
    }

    /// No request will ask for a connection any more: none is kept.
    func retire() {
        isRetired = true
        closeAll()
    }

    func closeAll() {
        while let connection = takeOldest() { connection.close() }
        timer?.closeDescriptor()
        timer = nil
        isTimerSet = false
    }
}

/// One for all that wait: a deadline of each connection's own would be set with every request.
private final class PoolTimer: EventSource {
    private weak var pool: UpstreamPool?

    init(_ pool: UpstreamPool, loop: EventLoop) {
        self.pool = pool
        super.init(descriptor: -1, loop: loop)
        open([])
    }

    override func deadlinePassed() { pool?.timePassed() }
}
