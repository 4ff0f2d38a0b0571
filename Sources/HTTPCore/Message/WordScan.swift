/// Heads are looked at eight bytes at a time where all that matters is where a run ends or whether two runs are equal:
/// byte by byte that was a quarter of the instructions of a request (callgrind, 2026-11, Swift 6.3).
extension Span<UInt8> {
    /// The index of the first control character from `start`, tab included, or `end`: what ends a field value, and what
    /// none may hold (RFC 9110 §5.5).
    package func firstControl(from start: Int, before end: Int) -> Int {
        var index = start
        while index &+ 8 <= end {
            let word = word(at: index)
            // The highest bit of a byte is set where it is below 0x20, or 0x7F. A subtraction borrows upwards only, so the
            // lowest such bit is right whatever stands above it.
            let delete = word ^ 0x7F7F_7F7F_7F7F_7F7F
            let controls = (word &- 0x2020_2020_2020_2020) & ~word | (delete &- 0x0101_0101_0101_0101) & ~delete
            let found = controls & 0x8080_8080_8080_8080
            if found != 0 { return index &+ found.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < end, self[index] >= 0x20, self[index] != 0x7F { index &+= 1 }
        return index
    }

    /// Whether the bytes at `range` are `word`, which is of lower-case letters, digits and hyphens, in any case.
    package func isEqual(_ range: Range<Int>, ignoringCaseOf word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard range.count == count else { return false }
        return word.withUTF8Buffer { letters in
            guard count >= 8 else {
                var offset = 0
                while offset < count, ASCII.lowercase(self[range.lowerBound &+ offset]) == letters[offset] {
                    offset &+= 1
                }
                return offset == count
            }
            let expected = UnsafeRawBufferPointer(letters)
            var offset = 0
            while true {
                // The last eight may overlap those before.
                offset = Swift.min(offset, count &- 8)
                let other = UInt64(littleEndian: expected.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                // Of these characters only letters have the bit 0x40, and only they may differ, in the bit 0x20.
                let capitals = (other & 0x4040_4040_4040_4040) >> 1
                if (self.word(at: range.lowerBound &+ offset) ^ other) & ~capitals != 0 { return false }
                offset &+= 8
                if offset >= count { return true }
            }
        }
    }

    /// Eight bytes, the first in the lowest place.
    @inline(__always)
    private func word(at index: Int) -> UInt64 {
        // SAFETY: the load checks its bounds, and any eight bytes are a number.
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }
}
