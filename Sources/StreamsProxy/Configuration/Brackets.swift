/// The brackets of a text that is almost JSON: which are open at its end, and where the outermost one closes.
struct Brackets {
    /// Offsets of the brackets that nothing closes, the outermost first.
    private(set) var open: [Int] = []
    /// Where the first bracket of all is closed.
    private(set) var outermostEnd: Int?

    init(_ text: [UInt8]) {
        var isInString = false
        var isEscaped = false
        for (offset, byte) in text.enumerated() {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): open.append(offset)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard !open.isEmpty else { continue }
                open.removeLast()
                if open.isEmpty, outermostEnd == nil { outermostEnd = offset }
            default: break
            }
        }
    }
}
