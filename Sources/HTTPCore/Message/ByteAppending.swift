/// How heads are written: bytes appended to one array, without a String between.
extension [UInt8] {
    @inline(__always)
    package mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(copying: UnsafeRawBufferPointer($0)) }
    }

    /// The bytes of `span` at `range`.
    @inline(__always)
    package mutating func append(_ span: Span<UInt8>, _ range: Range<Int>) {
        append(span.extracting(range))
    }

    /// All bytes of `span`.
    @inline(__always)
    package mutating func append(_ span: Span<UInt8>) {
        span.withUnsafeBytes { append(copying: $0) }
    }

    @inline(__always)
    private mutating func append(copying source: UnsafeRawBufferPointer) {
        append(addingCapacity: source.count) { (output: inout OutputSpan<UInt8>) in
            output.withUnsafeMutableBufferPointer { memory, count in
                UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(memory)[count...]).copyMemory(
                    from: source)
                count += source.count
            }
        }
    }

    /// A number that is not negative, in decimal.
    package mutating func append(decimal value: Int) {
        var length = 1
        var rest = value / 10
        while rest > 0 {
            length += 1
            rest /= 10
        }
        append(decimal: value, digits: length)
    }

    /// The last `digits` decimal digits, at most 20, of a number that is not negative, zeros in front.
    package mutating func append(decimal value: Int, digits: Int) {
        var rest = value
        var text = InlineArray<20, UInt8>(repeating: 0x30)
        for index in stride(from: 19, to: 19 - digits, by: -1) {
            text[index] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        append(text.span, 20 - digits..<20)
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

    /// The 36 characters of an id, eight digits at a time and in one piece: digit by digit they were a tenth of all
    /// instructions of a request (callgrind, 2026-11, Swift 6.3).
    package mutating func append(_ id: UniqueID) {
        Swift.withUnsafeBytes(of: id.textWords) {
            append(copying: UnsafeRawBufferPointer(rebasing: $0.prefix(UniqueID.textLength)))
        }
    }

    /// `name: value` and the line's end.
    package mutating func appendField(_ name: StaticString, _ value: StaticString) {
        append(name)
        append(": ")
        append(value)
        append("\r\n")
    }
}
