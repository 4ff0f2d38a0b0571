import Glibc
import HTTPCore

/// The time as a log line has it (RFC 3339, milliseconds), the part down to the second kept from line to line. Plain
/// bytes without references, so that a copy is a few stores.
package struct LogClock {
    /// `2026-11-25T09:46:04.`
    private(set) var date = InlineArray<20, UInt8>(repeating: 0)
    /// What follows the milliseconds, `+01:00`; nil for `Z`.
    private(set) var offset: InlineArray<6, UInt8>?
    private var second = Int64.min
    private let isLocal: Bool

    /// `date`, three digits, `offset`.
    static let maximumLength = 20 + 3 + 6

    package init(isLocal: Bool) {
        self.isLocal = isLocal
    }

    /// Makes `date` and `offset` those of that moment, which is in milliseconds since 1970.
    @inline(__always)
    package mutating func advance(to milliseconds: Int64) {
        let second = milliseconds / 1000
        if second != self.second { advance(toSecond: second) }
    }

    private mutating func advance(toSecond second: Int64) {
        self.second = second
        var time = time_t(second)
        var parts = tm()
        if isLocal { _ = localtime_r(&time, &parts) } else { _ = gmtime_r(&time, &parts) }
        var text: [UInt8] = []
        text.append(decimal: Int(parts.tm_year) + 1900, digits: 4)
        for (separator, value) in [
            ("-", parts.tm_mon + 1), ("-", parts.tm_mday), ("T", parts.tm_hour), (":", parts.tm_min),
            (":", parts.tm_sec),
        ] as [(StaticString, Int32)] {
            text.append(separator)
            text.append(decimal: Int(value), digits: 2)
        }
        text.append(UInt8(ascii: "."))
        date = InlineArray { text[$0] }
        let minutes = parts.tm_gmtoff / 60
        if !isLocal || minutes == 0 {
            offset = nil
            return
        }
        text = [minutes < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")]
        text.append(decimal: abs(minutes) / 60, digits: 2)
        text.append(UInt8(ascii: ":"))
        text.append(decimal: abs(minutes) % 60, digits: 2)
        offset = InlineArray { text[$0] }
    }

    /// The whole time.
    package mutating func append(_ milliseconds: Int64, to bytes: inout [UInt8]) {
        advance(to: milliseconds)
        bytes.append(date.span)
        bytes.append(decimal: Int(milliseconds % 1000), digits: 3)
        if let offset { bytes.append(offset.span) } else { bytes.append(UInt8(ascii: "Z")) }
    }
}
