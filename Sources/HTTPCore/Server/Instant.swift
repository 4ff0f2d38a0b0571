/// A point on the monotonic clock, which no adjustment of the wall clock moves.
public struct Instant: Comparable, Sendable {
    /// Nanoseconds of CLOCK_MONOTONIC.
    public let nanoseconds: Int64

    @inlinable public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Later than every other: no deadline at all.
    @inlinable public static var never: Instant { Instant(nanoseconds: .max) }

    @inlinable public static func < (one: Instant, other: Instant) -> Bool { one.nanoseconds < other.nanoseconds }

    @inlinable public static func == (one: Instant, other: Instant) -> Bool { one.nanoseconds == other.nanoseconds }

    /// The instant `interval` later, or `never`.
    @inlinable @inline(__always) public func advanced(by interval: Interval) -> Instant {
        let (sum, overflows) = nanoseconds.addingReportingOverflow(interval.nanoseconds)
        return overflows ? .never : Instant(nanoseconds: sum)
    }
}

/// A length of time as the loop counts it: one word, where `Duration` has two.
public struct Interval: Comparable, Sendable {
    public let nanoseconds: Int64

    @inlinable public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    public init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (whole, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        nanoseconds = overflows ? .max : whole &+ attoseconds / 1_000_000_000
    }

    @inlinable public static func < (one: Interval, other: Interval) -> Bool { one.nanoseconds < other.nanoseconds }
}
