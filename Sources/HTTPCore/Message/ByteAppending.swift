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
        var length = 1
        var rest = value / 10
        while rest > 0 {
            length += 1
            rest /= 10
        }
        append(decimal: value, digits: length)
    }

    /// The last `digits` decimal digits of a number that is not negative, zeros in front.
    package mutating func append(decimal value: Int, digits: Int) {
        append(addingCapacity: digits) { (output: inout OutputSpan<UInt8>) in
            var divisor = 1
            for _ in 1..<Swift.max(digits, 1) { divisor *= 10 }
            while divisor > 0 {
                output.append(0x30 + UInt8(truncatingIfNeeded: value / divisor % 10))
                divisor /= 10
            }
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

    /// The 36 characters of an id: in one piece, since a check of the array for every byte was a tenth of all
    /// instructions of a request (callgrind, 2026-11, Swift 6.3).
    package mutating func append(_ id: UniqueID) {
        append(addingCapacity: UniqueID.textLength) { (output: inout OutputSpan<UInt8>) in
            output.appendHexadecimal(id.high, from: 15, through: 8)
            output.append(UInt8(ascii: "-"))
            output.appendHexadecimal(id.high, from: 7, through: 4)
            output.append(UInt8(ascii: "-"))
            output.appendHexadecimal(id.high, from: 3, through: 0)
            output.append(UInt8(ascii: "-"))
            output.appendHexadecimal(id.low, from: 15, through: 12)
            output.append(UInt8(ascii: "-"))
            output.appendHexadecimal(id.low, from: 11, through: 0)
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

extension OutputSpan<UInt8> {
    /// The hexadecimal digits of `word` at those places, counted from the right, in lower case.
    fileprivate mutating func appendHexadecimal(_ word: UInt64, from first: UInt64, through last: UInt64) {
        var place = first
        while true {
            let digit = UInt8(truncatingIfNeeded: word >> (place * 4)) & 15
            append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            if place == last { return }
            place -= 1
        }
    }
}
