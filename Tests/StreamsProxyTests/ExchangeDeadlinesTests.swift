import HTTPCore
import StreamsProxy
import Testing

struct ExchangeDeadlinesTests {
    private static func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }

    /// connect 2, request 10, sock_connect 1, sock_read 3 where they are set.
    private static func timeouts(sockConnect: Bool = false, sockRead: Bool = false) -> ExchangeTimeouts {
        var timeouts = UpstreamTimeouts()
        timeouts.connect = .seconds(2)
        timeouts.request = .seconds(10)
        timeouts.sockConnect = sockConnect ? .seconds(1) : nil
        timeouts.sockRead = sockRead ? .seconds(3) : nil
        return ExchangeTimeouts(timeouts)
    }

    /// The exchange has begun at 0 and is connecting since.
    private static func connecting(_ timeouts: ExchangeTimeouts) -> ExchangeDeadlines {
        var deadlines = ExchangeDeadlines()
        deadlines.begin(at: at(0), timeouts)
        deadlines.connecting(at: at(0), timeouts)
        return deadlines
    }

    /// The same, and connected at 1.
    private static func connected(_ timeouts: ExchangeTimeouts) -> ExchangeDeadlines {
        var deadlines = connecting(timeouts)
        deadlines.connected(at: at(1), timeouts)
        return deadlines
    }

    private static func passed(
        _ deadlines: inout ExchangeDeadlines, _ seconds: Double, hasReachedPeer: Bool = false
    ) -> UpstreamFailure? {
        deadlines.passed(at: at(seconds), hasReachedPeer: hasReachedPeer)
    }

    @Test func `A review is hastened, never put off`() {
        var deadlines = ExchangeDeadlines()
        deadlines.scheduleReview(at: Self.at(0), Interval(.seconds(5)))
        deadlines.hastenReview(at: Self.at(1), Interval(.seconds(10)))
        #expect(deadlines.next == Self.at(5))
        deadlines.hastenReview(at: Self.at(1), Interval(.seconds(2)))
        #expect(deadlines.next == Self.at(3))
    }

    @Test func `A preview that runs takes on another silence, but not while it is held back`() {
        var deadlines = Self.connected(Self.timeouts())
        deadlines.endless(at: Self.at(2), Self.timeouts())
        #expect(deadlines.next == Self.at(62))
        deadlines.liveTimeoutsChanged(at: Self.at(3), Self.timeouts(sockRead: true))
        #expect(deadlines.next == Self.at(6))
        deadlines.paused()
        deadlines.liveTimeoutsChanged(at: Self.at(4), Self.timeouts())
        #expect(deadlines.next == .never)
        deadlines.resumed(at: Self.at(5))
        #expect(deadlines.next == Self.at(65))
    }

    @Test func `Nothing runs before the beginning`() {
        var deadlines = ExchangeDeadlines()
        #expect(deadlines.next == .never)
        #expect(Self.passed(&deadlines, 1e6) == nil)
    }

    @Test func `connect bounds connecting`() {
        var deadlines = Self.connecting(Self.timeouts())
        #expect(deadlines.next == Self.at(2))
        #expect(Self.passed(&deadlines, 1.999) == nil)
        #expect(Self.passed(&deadlines, 2) == .connectTimeout)
    }

    @Test func `sock_connect bounds TCP alone`() {
        let timeouts = Self.timeouts(sockConnect: true)
        var waiting = Self.connecting(timeouts)
        #expect(waiting.next == Self.at(1))
        #expect(Self.passed(&waiting, 1) == .sockConnectTimeout)
        // TCP stands and TLS does not yet: connect goes on.
        var shaking = Self.connecting(timeouts)
        #expect(Self.passed(&shaking, 1, hasReachedPeer: true) == nil)
        #expect(shaking.next == Self.at(2))
        #expect(Self.passed(&shaking, 2, hasReachedPeer: true) == .connectTimeout)
    }

    @Test func `request bounds everything, retries and all`() {
        let timeouts = Self.timeouts()
        var deadlines = Self.connected(timeouts)
        #expect(deadlines.next == Self.at(10))
        deadlines.heard(at: Self.at(9))
        #expect(deadlines.next == Self.at(10))
        deadlines.connecting(at: Self.at(9.5), timeouts)
        #expect(deadlines.next == Self.at(10))
        #expect(Self.passed(&deadlines, 9.999) == nil)
        #expect(Self.passed(&deadlines, 10) == .requestTimeout)
    }

    @Test func `sock_read bounds silence and begins anew with every byte`() {
        var deadlines = Self.connected(Self.timeouts(sockRead: true))
        #expect(deadlines.next == Self.at(4))
        deadlines.heard(at: Self.at(3))
        #expect(deadlines.next == Self.at(6))
        #expect(Self.passed(&deadlines, 5.999) == nil)
        #expect(Self.passed(&deadlines, 6) == .silence)
    }

    @Test func `Silence is not measured while connecting, nor while we don't read`() {
        let timeouts = Self.timeouts(sockRead: true)
        var deadlines = Self.connected(timeouts)
        deadlines.paused()
        #expect(deadlines.next == Self.at(10))
        deadlines.resumed(at: Self.at(5))
        #expect(deadlines.next == Self.at(8))
        deadlines.connecting(at: Self.at(6), timeouts)
        #expect(Self.passed(&deadlines, 7.9) == nil)
        #expect(deadlines.next == Self.at(8))
        #expect(Self.passed(&deadlines, 8) == .connectTimeout)
    }

    @Test func `request ends with the head of an endless answer, silence does not`() {
        let timeouts = Self.timeouts()
        var deadlines = Self.connected(timeouts)
        deadlines.endless(at: Self.at(9), timeouts)
        // sock_read is not set: 60 s hold on the live route all the same.
        #expect(deadlines.next == Self.at(69))
        deadlines.heard(at: Self.at(1000))
        #expect(Self.passed(&deadlines, 1059) == nil)
        #expect(Self.passed(&deadlines, 1060) == .silence)
        let short = Self.timeouts(sockRead: true)
        deadlines.endless(at: Self.at(2000), short)
        #expect(deadlines.next == Self.at(2003))
    }

    @Test func `The next exchange starts afresh`() {
        let timeouts = Self.timeouts(sockConnect: true, sockRead: true)
        var deadlines = Self.connected(timeouts)
        deadlines.begin(at: Self.at(100), timeouts)
        #expect(deadlines.next == Self.at(110))
    }
}
