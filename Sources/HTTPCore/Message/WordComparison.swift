/// Comparison of bytes with a known text, as many at a time as a register holds. Where the text is a literal, all that
/// is left of it is a number or two in the instructions, which is why these are inlined (callgrind, 2026-11, Swift 6.3).
extension Span<UInt8> {
    /// Whether the bytes at `range` are `word`, in any case. `word` is of lower-case letters, and of what stands before
    /// the letters in ASCII: digits, hyphens and other marks below 0x40.
    @inline(__always)
    package func isEqual(_ range: Range<Int>, ignoringCaseOf word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { isEqual(from: range.lowerBound, UnsafeRawBufferPointer($0), ignoringCase: true) }
    }

    /// Whether the bytes at `range` are exactly `text`.
    @inline(__always)
    package func isEqual(_ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { isEqual(from: range.lowerBound, UnsafeRawBufferPointer($0), ignoringCase: false) }
    }

    /// Whether the bytes at `range` are exactly `other`.
    package func isEqual(_ range: Range<Int>, _ other: Span<UInt8>) -> Bool {
        guard range.count == other.count else { return false }
        return other.withUnsafeBytes { isEqual(from: range.lowerBound, $0, ignoringCase: false) }
    }

    /// Whether the bytes at `range` begin with `other`.
    package func starts(_ range: Range<Int>, with other: Span<UInt8>) -> Bool {
        range.count >= other.count && isEqual(range.lowerBound..<range.lowerBound + other.count, other)
    }

    @inline(__always)
    private func isEqual(from start: Int, _ text: UnsafeRawBufferPointer, ignoringCase: Bool) -> Bool {
        precondition(start >= 0 && start <= count && text.count <= count &- start)
        // SAFETY: as many bytes as `text` has follow `start`, and neither is read beyond that.
        switch text.count {
        case 0: return true
        case 1: return isEqual(uncheckedFrom: start, text, by: UInt8.self, ignoringCase: ignoringCase)
        case 2...3: return isEqual(uncheckedFrom: start, text, by: UInt16.self, ignoringCase: ignoringCase)
        case 4...7: return isEqual(uncheckedFrom: start, text, by: UInt32.self, ignoringCase: ignoringCase)
        default: return isEqual(uncheckedFrom: start, text, by: UInt64.self, ignoringCase: ignoringCase)
        }
    }

    /// SAFETY: the caller has seen to it that `text` is at least as long as a `Word`, and that as many bytes as it has
    /// follow `start`; any bytes are a number.
    @inline(__always)
    private func isEqual<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        uncheckedFrom start: Int, _ text: UnsafeRawBufferPointer, by type: Word.Type, ignoringCase: Bool
    ) -> Bool {
        let size = Word.bitWidth / 8
        var offset = 0
        while true {
            let expected = text.loadUnaligned(fromByteOffset: offset, as: type)
            let found = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start &+ offset, as: type)
            // Of the characters of a word only letters have the bit 0x40, and only they may differ, in the bit 0x20.
            let letters = ignoringCase ? expected & Word(truncatingIfNeeded: 0x4040_4040_4040_4040 as UInt64) : 0
            if (found ^ expected) & ~(letters >> 1) != 0 { return false }
            if offset &+ size >= text.count { return true }
            // The last may overlap those before.
            offset = Swift.min(offset &+ size, text.count &- size)
        }
    }
}
