/// How heads are written: bytes appended to one array, without a String between.
extension [UInt8] {
    @inline(__always)
    package mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    /// The bytes of `span` at `range`.
    @inline(__always)
    package mutating func append(_ span: Span<UInt8>, _ range: Range<Int>) {
        span.extracting(range).withUnsafeBufferPointer { append(contentsOf: $0) }
    }

    /// All bytes of `span`.
    @inline(__always)
    package mutating func append(_ span: Span<UInt8>) {
        span.withUnsafeBufferPointer { append(contentsOf: $0) }
    }

    /// A number that is not negative, in decimal.
    package mutating func append(decimal value: Int) {
        var divisor = 1
        while value / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(0x30 + UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
    }

    /// A number that is not negative, in hexadecimal, as chunk sizes are written.
    package mutating func append(hexadecimal value: Int) {
        var shift = 0
        while value >> (shift + 4) != 0 { shift += 4 }
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: value >> shift & 15)
            append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            shift -= 4
        }
    }

    /// The 36 characters of an id.
    package mutating func append(_ id: UniqueID) {
        for index in 0..<UniqueID.textLength { append(id.character(at: index)) }
    }

    /// `name: value` and the line's end.
    package mutating func appendField(_ name: StaticString, _ value: StaticString) {
        append(name)
        append(": ")
        append(value)
        append("\r\n")
    }
}
