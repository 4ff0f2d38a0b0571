/// How heads and other texts are written: bytes appended one after the other, without a String between.
public protocol ByteAppending: ~Copyable {
    mutating func append(_ byte: UInt8)

    /// Appends a copy of `source`.
    mutating func append(copying source: UnsafeRawBufferPointer)
}

extension [UInt8]: ByteAppending {
    @inlinable
    @inline(__always)
    public mutating func append(copying source: UnsafeRawBufferPointer) {
        append(addingCapacity: source.count) { (output: inout OutputSpan<UInt8>) in
            output.withUnsafeMutableBufferPointer { memory, count in
                UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(memory)[count...]).copyMemory(
                    from: source)
                count += source.count
            }
        }
    }
}

// Inlined where they are used: then a text's length is known, and its copying is a few moves.
extension ByteAppending where Self: ~Copyable {
    @inlinable
    @inline(__always)
    public mutating func append(_ text: StaticString) {
        if text.hasPointerRepresentation {
            append(copying: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        } else {
            text.withUTF8Buffer { append(copying: UnsafeRawBufferPointer($0)) }
        }
    }

    /// The bytes of `span` at `range`.
    @inlinable
    @inline(__always)
    public mutating func append(_ span: Span<UInt8>, _ range: Range<Int>) {
        append(span.extracting(range))
    }

    /// All bytes of `span`.
    @inlinable
    @inline(__always)
    public mutating func append(_ span: Span<UInt8>) {
        span.withUnsafeBytes { append(copying: $0) }
    }

    /// A number that is not negative, in decimal.
    @inlinable
    public mutating func append(decimal value: Int) {
        var length = 1
        var rest = value / 10
        while rest > 0 {
            length += 1
            rest /= 10
        }
        append(decimal: value, digits: length)
    }

    /// The last `digits` decimal digits, at most 20, of a number that is not negative, zeros in front.
    @inlinable
    public mutating func append(decimal value: Int, digits: Int) {
        var rest = UInt64(truncatingIfNeeded: value)
        var text = InlineArray<20, UInt8>(repeating: 0x30)
        for index in stride(from: 19, to: 19 - digits, by: -1) {
            text[index] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        append(text.span, 20 - digits..<20)
    }

    /// A number that is not negative, in hexadecimal, as chunk sizes are written.
    @inlinable
    public mutating func append(hexadecimal value: Int) {
        var shift = 0
        while value >> (shift + 4) != 0 { shift += 4 }
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: value >> shift & 15)
            append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            shift -= 4
        }
    }

    /// 16 digits, zeros in front.
    @inlinable
    public mutating func append(hexadecimal word: UInt64) {
        let digits = (hexadecimalDigits(word >> 32).littleEndian, hexadecimalDigits(word).littleEndian)
        Swift.withUnsafeBytes(of: digits) { append(copying: $0) }
    }

    /// The 36 characters of an id, eight digits at a time and in one piece: digit by digit they were a tenth of all
    /// instructions of a request (callgrind, 2026-11, Swift 6.3).
    @inlinable
    public mutating func append(_ id: UniqueID) {
        Swift.withUnsafeBytes(of: id.textWords) {
            append(copying: UnsafeRawBufferPointer(rebasing: $0.prefix(UniqueID.textLength)))
        }
    }

    /// `name: value` and the line's end.
    @inlinable
    public mutating func appendField(_ name: StaticString, _ value: StaticString) {
        append(name)
        append(": ")
        append(value)
        append("\r\n")
    }
}

extension UniqueID {
    /// The 36 characters, and four bytes that mean nothing.
    @inlinable
    @inline(__always)
    public var textWords: (UInt64, UInt64, UInt64, UInt64, UInt64) {
        let hyphen = UInt64(UInt8(ascii: "-"))
        let second = hexadecimalDigits(high)
        let third = hexadecimalDigits(low >> 32)
        let fourth = hexadecimalDigits(low)
        // Bytes in the order of their addresses, the first of each word in its lowest place.
        return (
            hexadecimalDigits(high >> 32).littleEndian,
            (hyphen | (second & 0xFFFF_FFFF) << 8 | hyphen << 40 | (second >> 32) << 48).littleEndian,
            (second >> 48 | hyphen << 16 | (third & 0xFFFF_FFFF) << 24 | hyphen << 56).littleEndian,
            (third >> 32 | fourth << 32).littleEndian,
            (fourth >> 32).littleEndian
        )
    }
}

/// The lower 32 bits of `word` as eight hexadecimal digits in lower case, the first in the lowest byte.
@inlinable
@inline(__always)
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
