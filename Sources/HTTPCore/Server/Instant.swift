/// A point on the monotonic clock, which no adjustment of the wall clock moves.
package struct Instant: Comparable, Sendable {
    /// Nanoseconds of CLOCK_MONOTONIC.
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Later than every other: no deadline at all.
    package static let never = Instant(nanoseconds: .max)

    package static func < (one: Instant, other: Instant) -> Bool { one.nanoseconds < other.nanoseconds }

    /// The instant `interval` later, or `never`.
    package func advanced(by interval: Interval) -> Instant {
        let (sum, overflows) = nanoseconds.addingReportingOverflow(interval.nanoseconds)
        return overflows ? .never : Instant(nanoseconds: sum)
    }
}

/// A length of time as the loop counts it: one word, where `Duration` has two.
package struct Interval: Comparable, Sendable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    package init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (whole, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        nanoseconds = overflows ? .max : whole &+ attoseconds / 1_000_000_000
    }

    package static func < (one: Interval, other: Interval) -> Bool { one.nanoseconds < other.nanoseconds }
}
