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
        // All empty arrays share one place, and nothing appended would be written there too: by several threads at once.
        guard !source.isEmpty else { return }
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
        var limit = 10
        while length < 19, value >= limit {
            length += 1
            limit &*= 10
        }
        append(decimal: value, digits: length)
    }

    /// The last `digits` decimal digits, at most 24, of a number that is not negative, zeros in front.
    @inlinable
    @inline(__always)
    public mutating func append(decimal value: Int, digits: Int) {
        let (rest, last) = UInt64(max(0, value)).quotientAndRemainder(dividingBy: 100_000_000)
        let (first, middle) = rest.quotientAndRemainder(dividingBy: 100_000_000)
        let zeros = 0x3030_3030_3030_3030 as UInt64
        let text = (
            (decimalDigits(first) | zeros).littleEndian, (decimalDigits(middle) | zeros).littleEndian,
            (decimalDigits(last) | zeros).littleEndian
        )
        Swift.withUnsafeBytes(of: text) {
            append(copying: UnsafeRawBufferPointer(rebasing: $0[(24 - digits)...]))
        }
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
    public mutating func append(hexadecimalWord word: UInt64) {
        let digits = (hexadecimalDigits(word >> 32).littleEndian, hexadecimalDigits(word).littleEndian)
        Swift.withUnsafeBytes(of: digits) { append(copying: $0) }
    }

    /// The 36 characters of an id, eight digits at a time and in one piece: digit by digit they were a tenth of all
    /// instructions of a request (callgrind, 2026-11, Swift 6.3).
    @inlinable
    public mutating func append(_ id: UniqueID) {
        Swift.withUnsafeBytes(of: textWords(id.high, id.low)) {
            append(copying: UnsafeRawBufferPointer(rebasing: $0[..<UniqueID.textLength]))
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
