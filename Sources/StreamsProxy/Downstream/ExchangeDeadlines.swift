import HTTPCore

/// The timeouts of `luna-streams-timeouts`, in the loop's unit.
struct ExchangeTimeouts: Sendable {
    let connect: Interval
    let request: Interval
    let sockConnect: Interval?
    let sockRead: Interval?
    let liveSockRead: Interval

    init(_ timeouts: UpstreamTimeouts) {
        connect = Interval(timeouts.connect)
        request = Interval(timeouts.request)
        sockConnect = timeouts.sockConnect.map(Interval.init)
        sockRead = timeouts.sockRead.map(Interval.init)
        liveSockRead = Interval(timeouts.liveSockRead)
    }
}

/// When an exchange runs out of time, and in which way.
struct ExchangeDeadlines {
    /// `request`.
    private var total = Instant.never
    /// `connect`, while connecting.
    private var connect = Instant.never
    /// `sock_connect`, while connecting.
    private var sockConnect = Instant.never
    /// `sock_read`, while an answer is awaited.
    private var silence = Instant.never
    private var silenceLimit: Interval?

    var next: Instant { min(min(total, connect), min(sockConnect, silence)) }

    mutating func begin(at now: Instant, _ timeouts: ExchangeTimeouts) {
        self = ExchangeDeadlines()
        total = now.advanced(by: timeouts.request)
    }

    mutating func connecting(at now: Instant, _ timeouts: ExchangeTimeouts) {
        connect = now.advanced(by: timeouts.connect)
        sockConnect = timeouts.sockConnect.map { now.advanced(by: $0) } ?? .never
        silence = .never
    }

    mutating func connected(at now: Instant, _ timeouts: ExchangeTimeouts) {
        connect = .never
        sockConnect = .never
        silenceLimit = timeouts.sockRead
        heard(at: now)
    }

    /// Bytes have moved: silence begins anew.
    mutating func heard(at now: Instant) {
        if let silenceLimit { silence = now.advanced(by: silenceLimit) }
    }

    /// The head of an answer without an end has come: from now on only silence ends it.
    mutating func endless(at now: Instant, _ timeouts: ExchangeTimeouts) {
        total = .never
        silenceLimit = timeouts.liveSockRead
        heard(at: now)
    }

    /// We do not read, since the client doesn't: Luna-Streams can't be silent.
    mutating func paused() {
        silence = .never
    }

    mutating func resumed(at now: Instant) {
        heard(at: now)
    }

    /// Which deadline has passed. `sock_connect` is over once TCP stands, whatever TLS still needs.
    mutating func passed(at now: Instant, attempt: ConnectAttempt?) -> UpstreamFailure? {
        if connect <= now { return .connectTimeout }
        if sockConnect <= now {
            sockConnect = .never
            if attempt?.hasReachedPeer != true { return .sockConnectTimeout }
        }
        if silence <= now { return .silence }
        if total <= now { return .requestTimeout }
        return nil
    }
}
