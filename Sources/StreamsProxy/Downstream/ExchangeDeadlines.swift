package import HTTPCore

/// The timeouts of `luna-streams-timeouts`, in the loop's unit.
package struct ExchangeTimeouts: Sendable {
    let connect: Interval
    let request: Interval
    let sockConnect: Interval?
    let sockRead: Interval?
    let liveSockRead: Interval

    package init(_ timeouts: UpstreamTimeouts) {
        connect = Interval(timeouts.connect)
        request = Interval(timeouts.request)
        sockConnect = timeouts.sockConnect.map(Interval.init)
        sockRead = timeouts.sockRead.map(Interval.init)
        liveSockRead = Interval(timeouts.liveSockRead)
    }
}

/// When an exchange runs out of time, and in which way.
package struct ExchangeDeadlines {
    /// `request`.
    private var total = Instant.never
    /// `connect`, while connecting.
    private var connect = Instant.never
    /// `sock_connect`, while connecting.
    private var sockConnect = Instant.never
    /// `sock_read`, while an answer is awaited.
    private var silence = Instant.never
    private var silenceLimit: Interval?
    /// When whoever watches a preview is decided on again.
    private var review = Instant.never

    package init() {}

    /// The earliest of those that run.
    package var next: Instant { min(min(total, review), min(connect, min(sockConnect, silence))) }

    /// The request is decided on: `request` runs.
    package mutating func begin(at now: Instant, _ timeouts: ExchangeTimeouts) {
        self = ExchangeDeadlines()
        total = now.advanced(by: timeouts.request)
    }

    package mutating func connecting(at now: Instant, _ timeouts: ExchangeTimeouts) {
        connect = now.advanced(by: timeouts.connect)
        sockConnect = timeouts.sockConnect.map { now.advanced(by: $0) } ?? .never
        silence = .never
    }

    package mutating func connected(at now: Instant, _ timeouts: ExchangeTimeouts) {
        connect = .never
        sockConnect = .never
        silenceLimit = timeouts.sockRead
        heard(at: now)
    }

    /// Bytes have moved: silence begins anew.
    package mutating func heard(at now: Instant) {
        if let silenceLimit { silence = now.advanced(by: silenceLimit) }
    }

    /// The head of an answer without an end has come: from now on only silence ends it.
    package mutating func endless(at now: Instant, _ timeouts: ExchangeTimeouts) {
        total = .never
        silenceLimit = timeouts.liveSockRead
        heard(at: now)
    }

    package mutating func scheduleReview(at now: Instant, _ interval: Interval) {
        review = now.advanced(by: interval)
    }

    /// Lets the review be in `interval`, if it would be later.
    package mutating func hastenReview(at now: Instant, _ interval: Interval) {
        review = min(review, now.advanced(by: interval))
    }

    /// The settings have other timeouts now, and an answer without an end runs on under them.
    package mutating func liveTimeoutsChanged(at now: Instant, _ timeouts: ExchangeTimeouts) {
        silenceLimit = timeouts.liveSockRead
        if silence != .never { heard(at: now) }
    }

    /// Whether the review is due; telling it takes it off.
    package mutating func isReviewDue(at now: Instant) -> Bool {
        guard review <= now else { return false }
        review = .never
        return true
    }

    /// We do not read, since the client doesn't: Luna-Streams can't be silent.
    package mutating func paused() {
        silence = .never
    }

    package mutating func resumed(at now: Instant) {
        heard(at: now)
    }

    /// Which deadline has passed. `sock_connect` is over once TCP stands, whatever TLS still needs.
    package mutating func passed(at now: Instant, hasReachedPeer: @autoclosure () -> Bool) -> UpstreamFailure? {
        if connect <= now { return .connectTimeout }
        if sockConnect <= now {
            sockConnect = .never
            if !hasReachedPeer() { return .sockConnectTimeout }
        }
        if silence <= now { return .silence }
        if total <= now { return .requestTimeout }
        return nil
    }
}
