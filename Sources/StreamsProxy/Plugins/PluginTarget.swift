internal import HTTPCore

/// The part of a path behind a plugin's name: a text that every reader takes for the same path.
package enum PluginTarget {
    /// Whether the bytes at `range` are segments that mean the same decoded and not, and whoever resolves them. None is
    /// `.` or `..`, none empty but the last; no `;` (parameters, to some), no backslash, and nothing encoded that would be
    /// a separator, a dot, a control character or one of these. Nothing is changed: what is looked at here is forwarded.
    package static func isPlain(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty, bytes[range.lowerBound] == UInt8(ascii: "/") else { return false }
        var start = range.lowerBound + 1
        var index = start
        while index < range.upperBound {
            switch bytes[index] {
            case UInt8(ascii: "/"):
                guard index > start, !isDots(bytes, start..<index) else { return false }
                start = index + 1
            case UInt8(ascii: "%"):
                guard index + 2 < range.upperBound, let high = ASCII.hexadecimalValue(bytes[index + 1]),
                    let low = ASCII.hexadecimalValue(bytes[index + 2]), isHarmless(high << 4 | low)
                else { return false }
                index += 2
            case let byte where !isPlain(byte): return false
            default: break
            }
            index += 1
        }
        return !isDots(bytes, start..<range.upperBound)
    }

    private static func isDots(_ bytes: Span<UInt8>, _ segment: Range<Int>) -> Bool {
        (1...2).contains(segment.count) && segment.allSatisfy { bytes[$0] == UInt8(ascii: ".") }
    }

    /// RFC 3986 §3.3, `pchar` but for `;` and `%`.
    private static func isPlain(_ byte: UInt8) -> Bool {
        if PlainPath.isUnreserved(byte) { return true }
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: "="),
            UInt8(ascii: ":"), UInt8(ascii: "@"):
            return true
        default: return false
        }
    }

    private static func isHarmless(_ decoded: UInt8) -> Bool {
        switch decoded {
        case 0..<0x20, 0x7F, UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "."), UInt8(ascii: ";"),
            UInt8(ascii: "%"):
            false
        default: true
        }
    }
}
