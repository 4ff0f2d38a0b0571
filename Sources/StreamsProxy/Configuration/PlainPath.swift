/// Paths of segments that mean the same to every reader: unreserved characters only (RFC 3986 §2.3), so nothing to
/// decode, and no `.`, `..` or empty segment to resolve.
enum PlainPath {
    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: false
        }
    }

    /// Whether `path` is one or more segments, each led by a slash, with no slash at the end.
    static func isValid(_ path: some StringProtocol) -> Bool {
        guard path.utf8.first == UInt8(ascii: "/"), path.utf8.count <= 255 else { return false }
        return path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .allSatisfy { segment in
                !segment.isEmpty && segment.allSatisfy(isUnreserved)
                    && !segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8)
            }
    }
}
