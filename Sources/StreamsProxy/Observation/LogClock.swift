import Glibc
import HTTPCore

/// The time as a log line has it (RFC 3339, milliseconds), the part down to the second kept from line to line.
package struct LogClock {
    /// `2026-11-25T09:46:04` and what follows the milliseconds: `Z`, or the offset.
    private(set) var date: [UInt8] = []
    private(set) var zone: [UInt8] = []
    private var second = Int64.min
    private let isLocal: Bool

    /// `date` (19), point, three digits, offset (6).
    static let maximumLength = 19 + 1 + 3 + 6

    package init(isLocal: Bool) {
        self.isLocal = isLocal
        date.reserveCapacity(32)
        zone.reserveCapacity(8)
    }

    /// Makes `date` and `zone` those of that moment, which is in milliseconds since 1970.
    package mutating func advance(to milliseconds: Int64) {
        let second = milliseconds / 1000
        if second == self.second { return }
        self.second = second
        var time = time_t(second)
        var parts = tm()
        if isLocal { _ = localtime_r(&time, &parts) } else { _ = gmtime_r(&time, &parts) }
        date.removeAll(keepingCapacity: true)
        date.append(decimal: Int(parts.tm_year) + 1900, digits: 4)
        for (separator, value) in [
            ("-", parts.tm_mon + 1), ("-", parts.tm_mday), ("T", parts.tm_hour), (":", parts.tm_min),
            (":", parts.tm_sec),
        ] as [(StaticString, Int32)] {
            date.append(separator)
            date.append(decimal: Int(value), digits: 2)
        }
        zone.removeAll(keepingCapacity: true)
        let minutes = parts.tm_gmtoff / 60
        if !isLocal || minutes == 0 {
            zone.append(UInt8(ascii: "Z"))
        } else {
            zone.append(minutes < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
            zone.append(decimal: abs(minutes) / 60, digits: 2)
            zone.append(UInt8(ascii: ":"))
            zone.append(decimal: abs(minutes) % 60, digits: 2)
        }
    }

    /// The whole time.
    package mutating func append(_ milliseconds: Int64, to bytes: inout [UInt8]) {
        advance(to: milliseconds)
        bytes.append(contentsOf: date)
        bytes.append(UInt8(ascii: "."))
        bytes.append(decimal: Int(milliseconds % 1000), digits: 3)
        bytes.append(contentsOf: zone)
    }
}
