package import HTTPCore

/// Which trace a request belongs to (W3C Trace Context, §3.2): it passes through as it came, and is told in the log.
package struct TraceContext: Sendable, Equatable {
    /// The 128 bits of `trace-id`.
    package let traceID: UniqueID

    /// The context of a request: nil where there is no `traceparent`, more than one, or one that is not valid. Then what
    /// there is of it, `tracestate` included, means nothing and goes no further (§3.2.2.5, §3.3).
    package init?(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) {
        guard let value = head.fields.value(.traceparent), !head.fields.repeats(.traceparent) else { return nil }
        self.init(bytes, value)
    }

    /// `version "-" trace-id "-" parent-id "-" flags`, hexadecimal in lower case. Version 0 has nothing behind it; what a
    /// later one adds stands behind a hyphen, and `ff` is none.
    package init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        let start = range.lowerBound
        guard range.count >= Self.length, bytes[start + 2] == UInt8(ascii: "-"), bytes[start + 35] == UInt8(ascii: "-"),
            bytes[start + 52] == UInt8(ascii: "-"), let version = Self.number(bytes, start, 2), version != 0xFF,
            let high = Self.number(bytes, start + 3, 16), let low = Self.number(bytes, start + 19, 16),
            let parent = Self.number(bytes, start + 36, 16), Self.number(bytes, start + 53, 2) != nil,
            high != 0 || low != 0, parent != 0
        else { return nil }
        if range.count > Self.length {
            guard version != 0, bytes[start + Self.length] == UInt8(ascii: "-") else { return nil }
        }
        traceID = UniqueID(high: high, low: low)
    }

    private static let length = 55

    private static func number(_ bytes: Span<UInt8>, _ start: Int, _ digits: Int) -> UInt64? {
        var number: UInt64 = 0
        for index in start..<start + digits {
            let byte = bytes[index]
            guard let digit = ASCII.hexadecimalValue(byte), ASCII.lowercase(byte) == byte else { return nil }
            number = number << 4 | UInt64(digit)
        }
        return number
    }

    /// The trace of a request that came without a context and gets one: named by the request's id, so that whoever has
    /// one has the other. It must not be all zeros.
    package static func traceID(madeFor requestID: RequestID) -> UniqueID {
        let id = requestID.id
        return id.high == 0 && id.low == 0 ? UniqueID(high: 0, low: 1) : id
    }

    /// The field of such a request, marked as sampled, which is what making it is for.
    package static func append(madeFor requestID: RequestID, to output: inout ByteBuffer) {
        let id = traceID(madeFor: requestID)
        output.append("traceparent: 00-")
        output.append(hexadecimalWord: id.high)
        output.append(hexadecimalWord: id.low)
        output.append("-")
        output.append(hexadecimalWord: id.low | 1 << 63)
        output.append("-01\r\n")
    }
}
