package import HTTPCore

/// Writes a log line into memory that was made ready for it: plain stores, no growing, no String.
///
/// A line has a greatest length, since no byte of it is a client's: see `AccessLine.maximumLength`. What is written is
/// inlined, so that the place stays in a register and constants need no `memcpy`: a third of a line's instructions
/// (callgrind, 2026-11, Swift 6.3).
package struct LineWriter {
    private let start: UnsafeMutableRawPointer
    private let end: UnsafeMutableRawPointer
    private var next: UnsafeMutableRawPointer

    /// Goes on at `count` in `buffer`, which it does not outlive.
    package init?(_ buffer: UnsafeMutableBufferPointer<UInt8>, at count: Int) {
        guard let base = buffer.baseAddress else { return nil }
        precondition(count >= 0 && count <= buffer.count, "a line begins within its memory")
        start = UnsafeMutableRawPointer(base)
        end = start + buffer.count
        next = start + count
    }

    /// How many bytes of the buffer are in use.
    package var count: Int { next - start }

    /// Where the next `length` bytes go.
    @inline(__always)
    private func room(for length: Int) -> UnsafeMutableRawPointer {
        precondition(length <= end - next, "a line has room")
        return next
    }

    @inline(__always)
    mutating func put(_ byte: UInt8) {
        room(for: 1).storeBytes(of: byte, as: UInt8.self)
        next += 1
    }

    @inline(__always)
    mutating func put(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        // SAFETY: the room was checked, and a StaticString with more than one code unit has a pointer.
        room(for: length).copyMemory(from: text.utf8Start, byteCount: length)
        next += length
    }

    @inline(__always)
    mutating func put(_ bytes: Span<UInt8>) {
        let length = bytes.count
        let place = room(for: length)
        bytes.withUnsafeBufferPointer { bytes in
            guard let source = bytes.baseAddress else { return }
            // SAFETY: the room was checked.
            place.copyMemory(from: source, byteCount: length)
        }
        next += length
    }

    /// A number that is not negative, in decimal. Up to eight digits want room for eight.
    @inline(__always)
    package mutating func put(decimal value: Int) {
        let value = UInt64(max(0, value))
        if value < 10 {
            put(UInt8(truncatingIfNeeded: 0x30 + value))
        } else if value < 100_000_000 {
            put(shortDecimal: value)
        } else {
            self = putting(longDecimal: value)
        }
    }

    /// Eight digits are made, and those from the first that is not 0 on written.
    @inline(__always)
    private mutating func put(shortDecimal value: UInt64) {
        let digits = decimalDigits(value)
        // The last digit counts, whatever it is.
        let zeros = (digits | 1 << 56).trailingZeroBitCount & ~7
        // SAFETY: the room was checked; a store may begin at any address.
        room(for: 8).storeBytes(
            of: ((digits | 0x3030_3030_3030_3030) &>> UInt64(truncatingIfNeeded: zeros)).littleEndian, as: UInt64.self)
        next += 8 - zeros >> 3
    }

    /// Not in place: whoever has the writer in registers would have to put it into memory for it.
    private func putting(longDecimal value: UInt64) -> LineWriter {
        let (rest, last) = value.quotientAndRemainder(dividingBy: 100_000_000)
        var line = self
        if rest < 100_000_000 { line.put(shortDecimal: rest) } else { line = putting(longDecimal: rest) }
        line.put(eightDigits: last)
        return line
    }

    /// Eight decimal digits, zeros in front.
    @inline(__always)
    private mutating func put(eightDigits value: UInt64) {
        put(word: decimalDigits(value) | 0x3030_3030_3030_3030)
    }

    /// Eight characters, the first in the lowest byte.
    @inline(__always)
    private mutating func put(word: UInt64) {
        // SAFETY: the room was checked; a store may begin at any address.
        room(for: 8).storeBytes(of: word.littleEndian, as: UInt64.self)
        next += 8
    }

    /// The last three decimal digits of a number that is not negative, zeros in front.
    @inline(__always)
    package mutating func put(threeDigits value: Int) {
        let digits = decimalDigits(UInt64(max(0, value) % 1000)) >> 40 | 0x303030
        let place = room(for: 3)
        // SAFETY: the room was checked; a store may begin at any address.
        place.storeBytes(of: UInt16(truncatingIfNeeded: digits).littleEndian, as: UInt16.self)
        (place + 2).storeBytes(of: UInt8(truncatingIfNeeded: digits >> 16), as: UInt8.self)
        next += 3
    }

    /// Eight hexadecimal digits.
    @inline(__always)
    package mutating func put(hexadecimal value: UInt32) {
        put(word: hexadecimalDigits(UInt64(value)))
    }

    /// 32 hexadecimal digits.
    @inline(__always)
    package mutating func put(hexadecimal id: UniqueID) {
        let digits = hexadecimalDigits(id.high, id.low)
        put(word: digits[0])
        put(word: digits[1])
        put(word: digits[2])
        put(word: digits[3])
    }

    @inline(__always)
    mutating func put(_ id: UniqueID) {
        let words = textWords(id.high, id.low)
        // SAFETY: the room was checked, for the last word too, half of which the next text is written over.
        let place = room(for: 40)
        place.storeBytes(of: words.0, as: UInt64.self)
        (place + 8).storeBytes(of: words.1, as: UInt64.self)
        (place + 16).storeBytes(of: words.2, as: UInt64.self)
        (place + 24).storeBytes(of: words.3, as: UInt64.self)
        (place + 32).storeBytes(of: words.4, as: UInt64.self)
        next += 36
    }

    /// Ten decimal digits, a comma, the id.
    @inline(__always)
    package mutating func put(_ id: RequestID) {
        let seconds = UInt64(max(0, id.seconds)) % 10_000_000_000
        let (first, rest) = seconds.quotientAndRemainder(dividingBy: 100_000_000)
        let tens = first / 10
        put(UInt8(truncatingIfNeeded: 0x30 + tens))
        put(UInt8(truncatingIfNeeded: 0x30 + first - tens * 10))
        put(eightDigits: rest)
        put(UInt8(ascii: ","))
        put(id.id)
    }

    /// The id between quotation marks, or null.
    @inline(__always)
    package mutating func put(quoted id: UniqueID?) {
        guard let id else {
            put("null")
            return
        }
        put(UInt8(ascii: "\""))
        put(id)
        put(UInt8(ascii: "\""))
    }
}
