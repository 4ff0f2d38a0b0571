import HTTPCore
import Testing

/// Content that comes, at a clock that is moved by hand.
struct ContentPaceTests {
    private static func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

    /// Silence 5 s, 100 bytes a second over 2 s, after 3 s.
    private static var limits: ContentPace.Limits {
        var limits = ContentPace.Limits()
        limits.silence = Interval(.seconds(5))
        limits.rate = 100
        limits.window = Interval(.seconds(2))
        limits.grace = Interval(.seconds(3))
        return limits
    }

    private static func pace(_ limits: ContentPace.Limits = limits) -> ContentPace {
        var pace = ContentPace()
        pace.begin(at: at(0), within: limits)
        return pace
    }

    private static let windows: [(bytes: Int, verdict: ContentPace.Verdict)] = [
        (0, .tooSlow), (1, .tooSlow), (199, .tooSlow), (200, .onTime), (1_000_000, .onTime),
    ]

    @Test(arguments: windows)
    func `A window must bring the least rate, and the first comes after the grace`(
        _ row: (bytes: Int, verdict: ContentPace.Verdict)
    ) {
        var pace = Self.pace()
        if row.bytes > 0 {
            pace.received(row.bytes, at: Self.at(4000), within: Self.limits)
        } else {
            pace.received(0, at: Self.at(4000), within: Self.limits)
        }
        #expect(pace.deadline == Self.at(5000))
        #expect(pace.judge(at: Self.at(4999), within: Self.limits) == .onTime)
        #expect(pace.judge(at: Self.at(5000), within: Self.limits) == row.verdict)
    }

    @Test func `What a window brought more does not count for the next`() {
        var pace = Self.pace()
        pace.received(1_000_000, at: Self.at(4900), within: Self.limits)
        #expect(pace.judge(at: Self.at(5000), within: Self.limits) == .onTime)
        #expect(pace.deadline == Self.at(7000))
        pace.received(199, at: Self.at(6900), within: Self.limits)
        #expect(pace.judge(at: Self.at(7000), within: Self.limits) == .tooSlow)
    }

    @Test func `Silence ends it whatever came before`() {
        var pace = Self.pace()
        pace.received(1_000_000, at: Self.at(1000), within: Self.limits)
        #expect(pace.judge(at: Self.at(5000), within: Self.limits) == .onTime)
        #expect(pace.deadline == Self.at(6000))
        #expect(pace.judge(at: Self.at(5999), within: Self.limits) == .onTime)
        #expect(pace.judge(at: Self.at(6000), within: Self.limits) == .stalled)
    }

    @Test func `Whoever was held back begins anew`() {
        var pace = Self.pace()
        pace.received(1, at: Self.at(4999), within: Self.limits)
        pace.begin(at: Self.at(60_000), within: Self.limits)
        #expect(pace.judge(at: Self.at(60_000), within: Self.limits) == .onTime)
        #expect(pace.deadline == Self.at(65_000))
    }

    @Test func `Without a least rate only silence counts`() {
        var limits = Self.limits
        limits.rate = 0
        var pace = Self.pace(limits)
        for second in 1...100 as ClosedRange<Int64> {
            pace.received(1, at: Self.at(second * 4000), within: limits)
            #expect(pace.judge(at: Self.at(second * 4000 + 3999), within: limits) == .onTime)
        }
        #expect(pace.judge(at: Self.at(405_000), within: limits) == .stalled)
    }

    @Test func `The greatest bounds do not overflow`() {
        var limits = ContentPace.Limits()
        limits.rate = .max
        limits.window = Interval(nanoseconds: .max)
        limits.grace = Interval(nanoseconds: .max)
        limits.silence = Interval(nanoseconds: .max)
        var pace = ContentPace()
        pace.begin(at: Self.at(1), within: limits)
        pace.received(.max, at: Self.at(1), within: limits)
        #expect(pace.deadline == .never)
    }
}
