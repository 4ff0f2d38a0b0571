internal import Glibc

/// An instant of the wall clock in microseconds since 1970: the resolution of the times in stream objects.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    package static var now: Timestamp {
        var clock = timespec()
        clock_gettime(CLOCK_REALTIME, &clock)
        return Timestamp(microseconds: Int64(clock.tv_sec) * 1_000_000 + Int64(clock.tv_nsec) / 1_000)
    }

    package var seconds: Int64 { microseconds / 1_000_000 }

    package static func < (one: Timestamp, other: Timestamp) -> Bool { one.microseconds < other.microseconds }

    package func adding(seconds: Double) -> Timestamp {
        Timestamp(microseconds: microseconds + Int64(seconds * 1_000_000))
    }

    /// RFC 3339 with microseconds and the offset of the machine's time zone, as LUNA services write times.
    package var rfc3339: String {
        let time = local
        let offset = time.tm_gmtoff / 60
        let sign = offset < 0 ? "-" : "+"
        let minutes = abs(offset)
        return "\(date(time))T\(clockTime(time)).\(padded(Int(microseconds % 1_000_000), 6))"
            + "\(sign)\(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))"
    }

    /// `2026-01-31`, local.
    package var dateText: String { date(local) }

    /// `23:59:59.999`, local.
    package var timeText: String { "\(clockTime(local)).\(padded(Int(microseconds % 1_000_000 / 1_000), 3))" }

    private var local: tm {
        var whole = time_t(seconds)
        var parts = tm()
        localtime_r(&whole, &parts)
        return parts
    }

    private func date(_ time: tm) -> String {
        "\(padded(Int(time.tm_year) + 1900, 4))-\(padded(Int(time.tm_mon) + 1, 2))-\(padded(Int(time.tm_mday), 2))"
    }

    private func clockTime(_ time: tm) -> String {
        "\(padded(Int(time.tm_hour), 2)):\(padded(Int(time.tm_min), 2)):\(padded(Int(time.tm_sec), 2))"
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
