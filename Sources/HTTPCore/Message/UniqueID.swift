/// A UUID (RFC 9562) of any version, as two words: account, token and stream ids, and the second half of a request id.
public struct UniqueID: Hashable, Sendable, CustomStringConvertible {
    public let high: UInt64
    public let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The length of the text form, hyphens included.
    public static let textLength = 36

    /// Reads the 36 characters from `start`, hexadecimal digits of either case; nil where they are no UUID.
    package init?(_ bytes: Span<UInt8>, at start: Int) {
        guard start >= 0, bytes.count - start >= Self.textLength else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        var digits = 0
        var index = start
        let end = start + Self.textLength
        while index < end {
            let byte = bytes[index]
            switch index - start {
            case 8, 13, 18, 23:
                guard byte == UInt8(ascii: "-") else { return nil }
            default:
                guard let digit = ASCII.hexadecimalValue(byte) else { return nil }
                if digits < 16 {
                    words.0 = words.0 << 4 | UInt64(digit)
                } else {
                    words.1 = words.1 << 4 | UInt64(digit)
                }
                digits += 1
            }
            index += 1
        }
        high = words.0
        low = words.1
    }

    /// The whole of `text` is a UUID.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == Self.textLength, let id = UniqueID(bytes.span, at: 0) else { return nil }
        self = id
    }

    /// Version 4, from 128 random bits.
    package init(randomHigh: UInt64, randomLow: UInt64) {
        high = randomHigh & ~0xF000 | 0x4000
        low = randomLow & ~(0xC0 << 56) | 0x80 << 56
    }

    /// Version 4, from the system's random generator.
    package static func random() -> UniqueID {
        var generator = SystemRandomNumberGenerator()
        return UniqueID(randomHigh: generator.next(), randomLow: generator.next())
    }

    /// The character at `index` of the 36: lower-case digits and hyphens.
    package func character(at index: Int) -> UInt8 {
        let digit: Int
        switch index {
        case 8, 13, 18, 23: return UInt8(ascii: "-")
        case 0..<8: digit = index
        case 9..<13: digit = index - 1
        case 14..<18: digit = index - 2
        case 19..<23: digit = index - 3
        default: digit = index - 4
        }
        let word = digit < 16 ? high : low
        let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - (digit & 15) * 4)) & 15
        return nibble < 10 ? nibble + 0x30 : nibble + 0x57
    }

    /// The 36 characters, in lower case.
    public var description: String {
        String(decoding: (0..<Self.textLength).map(character), as: UTF8.self)
    }
}
