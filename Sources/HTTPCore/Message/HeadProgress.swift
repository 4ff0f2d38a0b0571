/// When the beginning of a head is worth another look, while the rest drips in. Parsing is over all of it each time, so a
/// look at each line would cost the square of their number.
///
/// As long as all looks together are short, each line's end is one: who writes a wrong line is told so at once. After that
/// it is the head's end alone, which is looked for in the new bytes only.
package struct HeadProgress: Sendable {
    /// How many bytes all looks so far have been over.
    package private(set) var looked = 0
    /// Whether the bytes before end within what may be the head's end.
    private var matched = 0

    package init() {}

    /// `bytes` have come behind `before` others; `line` is how long a start line may be, `head` a head.
    package mutating func isWorthLook(
        _ bytes: Span<UInt8>, behind before: Int, line: Int, head: Int
    ) -> Bool {
        var hasLineEnd = false
        var hasEnd = false
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if byte == 0x0A { hasLineEnd = true }
            // The empty line: CR LF CR LF.
            let expected: UInt8 = matched & 1 == 0 ? 0x0D : 0x0A
            matched = byte == expected ? matched + 1 : byte == 0x0D ? 1 : 0
            if matched == 4 {
                hasEnd = true
                matched = 0
            }
        }
        let count = before + bytes.count
        let crosses = before <= line && count > line || before < head && count >= head
        guard hasEnd || crosses || hasLineEnd && looked + count <= 4 * head else { return false }
        looked += count
        return true
    }
}
