/// Heads are looked at eight bytes at a time where all that matters is where a run ends or whether two runs are equal:
/// byte by byte that was a quarter of the instructions of a request (callgrind, 2026-11, Swift 6.3).
///
/// By whole numbers, not by `SIMD16`: of its comparisons Swift 6.3 makes a loop over the bytes (objdump, 2026-11).
extension Span<UInt8> {
    /// The index of the first control character from `start`, tab included, or `end`: what ends a field value, and what
    /// none may hold (RFC 9110 §5.5).
    package func firstControl(from start: Int, before end: Int) -> Int {
        precondition(start >= 0 && end <= count)
        var index = start
        while index &+ 8 <= end {
            let word = uncheckedWord(at: index)
            // The highest bit of a byte is set where it is below 0x20, 0x7F, or above. Only such a byte borrows from the
            // next or carries into it, so the lowest bit set is right whatever stands above it.
            let found =
                ((word &- 0x2020_2020_2020_2020) | (word &+ 0x0101_0101_0101_0101) | word) & 0x8080_8080_8080_8080
            if found == 0 {
                index &+= 8
                continue
            }
            index &+= found.trailingZeroBitCount / 8
            guard self[index] >= 0x80 else { return index }
            // Bytes above ASCII seldom stand alone.
            repeat { index &+= 1 } while index < end && self[index] >= 0x80
        }
        while index < end, self[index] >= 0x20, self[index] != 0x7F { index &+= 1 }
        return index
    }

    /// The index of the first byte from `start` that no token holds (RFC 9110 §5.6.2), or `end`.
    package func endOfToken(from start: Int, before end: Int) -> Int {
        var index = endOfRun(from: start, before: end, ofLettersAnd: 0x2D, to: 0x2D)
        // Whatever else a token may hold is rare.
        while index < end, ASCII.isToken(self[index]) { index &+= 1 }
        return index
    }

    /// The index of the first byte from `start`, or `end`, that is neither a letter, a digit nor one of `-./`: paths are
    /// of these but for a few bytes.
    package func endOfPlainPath(from start: Int, before end: Int) -> Int {
        endOfRun(from: start, before: end, ofLettersAnd: 0x2D, to: 0x39)
    }

    /// The index of the first byte from `start`, or `end`, that is neither a letter, a digit nor one of `-.`: so are most
    /// hosts.
    package func endOfPlainHost(from start: Int, before end: Int) -> Int {
        endOfRun(from: start, before: end, ofLettersAnd: 0x2D, to: 0x39, exceptSlash: true)
    }

    /// The index of the first byte from `start`, or `end`, that is neither an ASCII letter nor one from `low` to `high`, or
    /// that is a slash if that is excepted.
    @inline(__always)
    private func endOfRun(
        from start: Int, before end: Int, ofLettersAnd low: UInt8, to high: UInt8, exceptSlash: Bool = false
    ) -> Int {
        precondition(start >= 0 && end <= count)
        let ones = 0x0101_0101_0101_0101 as UInt64
        var index = start
        // What stands behind `end` may be looked at, so that few runs are finished byte by byte.
        let last = Swift.min(end &- 1, count &- 8)
        while index <= last {
            let word = uncheckedWord(at: index)
            let lower = word | 0x2020_2020_2020_2020
            // Added to a byte below 0x80, `0x80 - x` sets the highest bit where the byte is at least x. A byte that is
            // not is no member, and only such a one carries into the next or borrows from it: the lowest bit set is
            // right.
            let isLetter = (lower &+ (0x80 - 0x61) &* ones) ^ (lower &+ (0x80 - 0x7B) &* ones)
            let isBetween = (word &+ UInt64(0x80 - low) &* ones) ^ (word &+ UInt64(0x7F - high) &* ones)
            var other = ~(isLetter | isBetween) | word
            if exceptSlash {
                let slash = word ^ 0x2F &* ones
                other |= (slash &- ones) & ~slash
            }
            let found = other & 0x8080_8080_8080_8080
            if found != 0 { return Swift.min(index &+ found.trailingZeroBitCount / 8, end) }
            index &+= 8
        }
        while index < end {
            let byte = self[index]
            let isBetween = byte >= low && byte <= high && !(exceptSlash && byte == 0x2F)
            guard (byte | 0x20) &- 0x61 < 26 || isBetween else { return index }
            index &+= 1
        }
        return Swift.min(index, end)
    }

    /// Eight bytes, the first in the lowest place.
    ///
    /// SAFETY: the caller has seen to it that they are within the span; any eight bytes are a number.
    @inline(__always)
    private func uncheckedWord(at index: Int) -> UInt64 {
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self))
    }
}
