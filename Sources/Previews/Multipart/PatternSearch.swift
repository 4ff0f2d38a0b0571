internal import HTTPCore

/// Finds a pattern of a few dozen bytes in many (Horspool): a byte that can't belong to it skips as many as it is long.
struct PatternSearch {
    let pattern: [UInt8]
    /// How far the pattern moves on when its last place holds that byte.
    private let shifts: [UInt8]

    /// `pattern` has 1 to 255 bytes.
    init(_ pattern: [UInt8]) {
        precondition((1...255).contains(pattern.count), "a shift is a byte")
        self.pattern = pattern
        var shifts = [UInt8](repeating: UInt8(pattern.count), count: 256)
        for (index, byte) in pattern.dropLast().enumerated() {
            shifts[Int(byte)] = UInt8(pattern.count - 1 - index)
        }
        self.shifts = shifts
    }

    /// The first place in `bytes` from `start` on where the pattern stands whole; nil where there is none.
    func first(in bytes: Span<UInt8>, from start: Int) -> Int? {
        let last = pattern.count - 1
        var index = start
        while index + last < bytes.count {
            let byte = bytes[index + last]
            if byte == pattern[last], bytes.isEqual(index..<index + pattern.count, pattern.span) { return index }
            index += Int(shifts[Int(byte)])
        }
        return nil
    }
}
