package import HTTPCore

/// `Luna-Request-Id`: unix seconds, a comma, a lower-case UUID. It ties together the log lines of all services that a
/// request passes through.
package struct RequestID: Sendable, Equatable {
    /// Ten digits, so up to the year 2286.
    package let seconds: Int
    package let id: UniqueID

    static let textLength = 10 + 1 + UniqueID.textLength

    package init(seconds: Int, id: UniqueID) {
        self.seconds = seconds
        self.id = id
    }

    /// The id at `range` if it is well formed: `^[0-9]{10},[a-f0-9]{8}-…$`.
    package init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        guard range.count == Self.textLength, bytes[range.lowerBound + 10] == UInt8(ascii: ",") else { return nil }
        var seconds = 0
        for index in range.lowerBound..<range.lowerBound + 10 {
            guard ASCII.isDigit(bytes[index]) else { return nil }
            seconds = seconds * 10 + Int(bytes[index] - 0x30)
        }
        for index in range.lowerBound + 11..<range.upperBound
        where ASCII.lowercase(bytes[index]) != bytes[index] {
            return nil
        }
        guard let id = UniqueID(bytes, at: range.lowerBound + 11) else { return nil }
        self.seconds = seconds
        self.id = id
    }

    /// The client's own, where it sent one that is well formed, and no other.
    init?(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) {
        guard !head.fields.repeats(.lunaRequestID), let range = head.fields.value(.lunaRequestID) else { return nil }
        self.init(bytes, range)
    }

    package func append(to bytes: inout some ByteAppending & ~Copyable) {
        bytes.append(decimal: seconds, digits: 10)
        bytes.append(UInt8(ascii: ","))
        bytes.append(id)
    }
}

/// Makes the second halves of request ids: unique, not secret, so a fast generator seeded once from the system's.
package struct RequestIDSource {
    private var state: (UInt64, UInt64)

    package init() {
        var system = SystemRandomNumberGenerator()
        state = (system.next(), system.next() | 1)
    }

    package mutating func next(unixSeconds: Int64) -> RequestID {
        RequestID(
            seconds: Int(max(0, min(unixSeconds, 9_999_999_999))),
            id: UniqueID(randomHigh: step(), randomLow: step()))
    }

    /// xoroshiro128+.
    private mutating func step() -> UInt64 {
        let first = state.0
        var second = state.1
        let sum = first &+ second
        second ^= first
        state = ((first << 24 | first >> 40) ^ second ^ second << 16, second << 37 | second >> 27)
        return sum
    }
}
