/// The spellings of all known field names as numbers, sorted by length, so that a name is compared with those of its
/// length by a register or three. By `FieldName.spelling`, a byte at a time, a request's seven names took 1,100
/// instructions (callgrind, 2026-11, Swift 6.3).
struct KnownNames: Sendable {
    static let shortest = 2
    static let longest = 24

    /// A name of 2 to 24 bytes in lower case. Short ones fill only a part of the first number, and parts may overlap.
    struct Words: Sendable, Equatable {
        var first: UInt64 = 0
        var middle: UInt64 = 0
        var last: UInt64 = 0

        init() {}

        /// Of names alone: what is made of a byte that is neither letter, digit nor hyphen is none of these.
        @inline(__always)
        init(_ bytes: Span<UInt8>, _ name: Range<Int>) {
            let (start, count) = (name.lowerBound, name.count)
            precondition(start >= 0 && name.upperBound <= bytes.count && count >= shortest && count <= longest)
            let raw = bytes.bytes
            // SAFETY: the name lies within the bytes. Below, only bytes from `start` to `start + count` are read; any
            // bytes are a number.
            if count >= 8 {
                first = Self.lower(raw.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt64.self))
                let end = start &+ count &- 8
                last = Self.lower(raw.unsafeLoadUnaligned(fromUncheckedByteOffset: end, as: UInt64.self))
                if count > 16 {
                    middle = Self.lower(raw.unsafeLoadUnaligned(fromUncheckedByteOffset: start &+ 8, as: UInt64.self))
                }
            } else if count >= 4 {
                let low = raw.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt32.self)
                let high = raw.unsafeLoadUnaligned(fromUncheckedByteOffset: start &+ count &- 4, as: UInt32.self)
                first = Self.lower(UInt64(low) | UInt64(high) << 32)
            } else {
                let low = raw.unsafeLoadUnaligned(fromUncheckedByteOffset: start, as: UInt16.self)
                let high = raw.unsafeLoadUnaligned(fromUncheckedByteOffset: start &+ count &- 2, as: UInt16.self)
                first = Self.lower(UInt64(low) | UInt64(high) << 16)
            }
        }

        /// Of the characters of known names only letters have the bit 0x40; the bit 0x20 makes them lower case. A byte
        /// that is none of those characters is changed to none of them either.
        @inline(__always)
        private static func lower(_ word: UInt64) -> UInt64 { word | (word & 0x4040_4040_4040_4040) >> 1 }

        @inline(__always)
        static func == (one: Self, other: Self) -> Bool {
            one.first == other.first && one.last == other.last && one.middle == other.middle
        }
    }

    private var words = InlineArray<45, Words>(repeating: Words())
    private var names = InlineArray<45, FieldName>(repeating: .other)
    /// For each length where its names begin; they end where those of the next begin.
    private var starts = InlineArray<26, UInt8>(repeating: 0)

    private init() {
        var next = 0
        for length in Self.shortest...Self.longest {
            starts[length] = UInt8(next)
            for name in FieldName.allCases where name.spelling.utf8CodeUnitCount == length {
                let spelling = name.spelling.withUTF8Buffer { [UInt8]($0) }
                words[next] = Words(spelling.span, 0..<length)
                names[next] = name
                next += 1
            }
        }
        starts[Self.longest + 1] = UInt8(next)
    }

    private static let all = KnownNames()

    /// The code of the name at `range`, upper and lower case alike.
    static func name(_ bytes: Span<UInt8>, _ range: Range<Int>) -> FieldName {
        let length = range.count
        guard length >= shortest, length <= longest else { return .other }
        let sought = Words(bytes, range)
        var index = Int(all.starts[length])
        let end = Int(all.starts[length &+ 1])
        while index < end {
            if all.words[index] == sought { return all.names[index] }
            index &+= 1
        }
        return .other
    }
}
