internal import HTTPCore

/// The line between two parts. What it is, the first one tells: by RFC 2046 two hyphens and the boundary, but many cameras
/// declare the hyphens with the boundary, and some write none at all.
struct PartDelimiter {
    /// What a place in the bytes is.
    enum Place: Equatable {
        /// A delimiter, and another part behind it; its text ends at `end`.
        case delimiter(end: Int)
        /// The last delimiter.
        case closing
        case other
        /// The bytes end before it can be told.
        case unknown
    }

    private let boundary: [UInt8]
    private let hyphenated: [UInt8]
    /// Nil until a delimiter has been seen.
    private(set) var learnt: [UInt8]?

    init(_ boundary: MultipartBoundary) {
        self.boundary = boundary.text
        hyphenated = [0x2D, 0x2D] + boundary.text
    }

    private var isBoundaryHyphenated: Bool { boundary.starts(with: [0x2D, 0x2D]) }

    /// What is searched for in content: as long as nothing is learnt, what both spellings have in common.
    var pattern: [UInt8] { learnt ?? (isBoundaryHyphenated ? boundary : hyphenated) }

    /// Whether a delimiter without hyphens is used. It counts only as a line of its own.
    var isBare: Bool { learnt.map { !$0.starts(with: [0x2D, 0x2D]) } ?? false }

    /// Takes the line at `range`, without its end, for the delimiter if it can be one. `isFirst`: no line came before it.
    mutating func learn(_ bytes: Span<UInt8>, _ range: Range<Int>, isFirst: Bool) -> Bool {
        if let learnt { return bytes.isEqual(range, learnt.span) }
        if bytes.isEqual(range, boundary.span), isBoundaryHyphenated || isFirst {
            learnt = boundary
        } else if bytes.isEqual(range, hyphenated.span) {
            learnt = hyphenated
        }
        return learnt != nil
    }

    /// What stands at `index`. A delimiter that is found there is learnt.
    mutating func place(at index: Int, in bytes: Span<UInt8>) -> Place {
        if let learnt { return Self.place(of: learnt, at: index, in: bytes) }
        // The longer one first: it begins as the shorter one may.
        let candidates = isBoundaryHyphenated ? [hyphenated, boundary] : [hyphenated]
        for candidate in candidates {
            let place = Self.place(of: candidate, at: index, in: bytes)
            switch place {
            case .delimiter, .closing:
                learnt = candidate
                return place
            case .unknown: return .unknown
            case .other: continue
            }
        }
        return .other
    }

    private static func place(of delimiter: [UInt8], at index: Int, in bytes: Span<UInt8>) -> Place {
        let length = min(delimiter.count, bytes.count - index)
        for offset in 0..<length where bytes[index + offset] != delimiter[offset] { return .other }
        let end = index + delimiter.count
        guard end < bytes.count else { return .unknown }
        switch bytes[end] {
        case 0x0D, 0x0A, 0x20, 0x09: return .delimiter(end: end)
        case 0x2D:
            guard end + 1 < bytes.count else { return .unknown }
            return bytes[end + 1] == 0x2D ? .closing : .other
        default: return .other
        }
    }

    /// Whether the line at `range`, without its end, is the last delimiter.
    func isClosing(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count > 2, bytes[range.upperBound - 1] == 0x2D, bytes[range.upperBound - 2] == 0x2D else {
            return false
        }
        let text = range.lowerBound..<range.upperBound - 2
        return learnt.map { bytes.isEqual(text, $0.span) }
            ?? (bytes.isEqual(text, hyphenated.span) || isBoundaryHyphenated && bytes.isEqual(text, boundary.span))
    }
}
