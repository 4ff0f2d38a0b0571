/// Whether a request's content keeps coming: it may not fall silent, and after a grace each window of time must bring a
/// least number of bytes, so that a trickle ends although it is never silent.
package struct ContentPace: Sendable {
    /// The bounds.
    package struct Limits: Sendable, Equatable {
        /// The longest silence.
        package var silence = Interval(.seconds(60))
        /// Bytes a second, on the average of a window; 0 asks for none.
        package var rate = 500
        /// What is judged is the whole of a window: clients send in bursts.
        package var window = Interval(.seconds(10))
        /// How long before the first window: a client may wait for 100, or for its own source.
        package var grace = Interval(.seconds(20))

        package init() {}

        /// The least that a window must bring, in bytes.
        var windowMinimum: Int {
            let (product, overflows) = Int64(rate).multipliedReportingOverflow(by: window.nanoseconds / 1_000_000)
            return overflows ? .max : Int(product / 1000)
        }
    }

    package enum Verdict: Sendable, Equatable {
        case onTime, stalled, tooSlow
    }

    private var silenceEnd = Instant.never
    private var windowEnd = Instant.never
    private var windowCount = 0

    package init() {}

    /// When it is to be judged next.
    package var deadline: Instant { min(silenceEnd, windowEnd) }

    /// Content is awaited, or again after it was held back by us.
    package mutating func begin(at now: Instant, within limits: Limits) {
        silenceEnd = now.advanced(by: limits.silence)
        windowEnd = limits.windowMinimum > 0 ? now.advanced(by: limits.grace).advanced(by: limits.window) : .never
        windowCount = 0
    }

    package mutating func received(_ count: Int, at now: Instant, within limits: Limits) {
        silenceEnd = now.advanced(by: limits.silence)
        windowCount &+= count
    }

    /// Called when `deadline` has come; a window that was full enough begins the next.
    package mutating func judge(at now: Instant, within limits: Limits) -> Verdict {
        if silenceEnd <= now { return .stalled }
        guard windowEnd <= now else { return .onTime }
        if windowCount < limits.windowMinimum { return .tooSlow }
        windowCount = 0
        windowEnd = now.advanced(by: limits.window)
        return .onTime
    }
}
