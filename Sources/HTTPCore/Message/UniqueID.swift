/// A UUID (RFC 9562) of any version, as two words: account, token and stream ids, and the second half of a request id.
public struct UniqueID: Hashable, Sendable, CustomStringConvertible {
    public let high: UInt64
    public let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The length of the text form, hyphens included.
    @inlinable
    public static var textLength: Int { 36 }

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

/// The 36 characters of the UUID of these two words, and four bytes that mean nothing. Public, as the
/// functions below: only such are inlined in other modules (Swift 6.3).
@inlinable @inline(__always)
public func textWords(_ high: UInt64, _ low: UInt64) -> (UInt64, UInt64, UInt64, UInt64, UInt64) {
    let hyphen = UInt64(UInt8(ascii: "-"))
    let digits = hexadecimalDigits(high, low)
    let (second, third, fourth) = (digits[1], digits[2], digits[3])
    // Bytes in the order of their addresses, the first of each word in its lowest place.
    return (
        digits[0].littleEndian,
        (hyphen | (second & 0xFFFF_FFFF) << 8 | hyphen << 40 | (second >> 32) << 48).littleEndian,
        (second >> 48 | hyphen << 16 | (third & 0xFFFF_FFFF) << 24 | hyphen << 56).littleEndian,
        (third >> 32 | fourth << 32).littleEndian,
        (fourth >> 32).littleEndian
    )
}

/// Both words as 32 hexadecimal digits in lower case, eight in each lane, the first in its lowest byte. All lanes at once
/// are 64 instructions, one by one 105 (2026-11, Swift 6.3).
@inlinable @inline(__always)
public func hexadecimalDigits(_ high: UInt64, _ low: UInt64) -> SIMD4<UInt64> {
    let (first, second) = (high.byteSwapped, low.byteSwapped)
    // Four bytes in each lane, spread until each has two bytes of room; then its upper half goes to the lower of them.
    var digits = SIMD4<UInt64>(first & 0xFFFF_FFFF, first >> 32, second & 0xFFFF_FFFF, second >> 32)
    digits = (digits &<< 16 | digits) & 0x0000_FFFF_0000_FFFF
    digits = (digits &<< 8 | digits) & 0x00FF_00FF_00FF_00FF
    digits = (digits &>> 4 | digits &<< 8) & 0x0F0F_0F0F_0F0F_0F0F
    // 1 in each byte that is above 9: those are letters, which stand 39 = 32 + 8 - 1 places further on.
    let letters = (digits &+ 0x0606_0606_0606_0606) &>> 4 & 0x0101_0101_0101_0101
    return digits &+ 0x3030_3030_3030_3030 &+ (letters &<< 5 &+ letters &<< 3 &- letters)
}

/// The lower 32 bits of `word` as eight hexadecimal digits in lower case, the first in the lowest byte.
@inlinable @inline(__always)
public func hexadecimalDigits(_ word: UInt64) -> UInt64 {
    // Each nibble in a byte of its own, then the order turned round.
    var digits = word & 0xFFFF_FFFF
    digits = (digits << 16 | digits) & 0x0000_FFFF_0000_FFFF
    digits = (digits << 8 | digits) & 0x00FF_00FF_00FF_00FF
    digits = (digits << 4 | digits) & 0x0F0F_0F0F_0F0F_0F0F
    digits = digits.byteSwapped
    // 1 in each byte that is above 9: those are letters, which stand 39 places further on.
    let letters = (digits &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    return digits &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
}
