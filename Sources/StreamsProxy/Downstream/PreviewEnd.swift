internal import HTTPCore
internal import Previews

/// Finds where a multipart preview may end before its source does: after a delimiter, so that no part is cut.
///
/// A preview is endless, so that ending it early takes nothing from it that was announced; half a picture would. What
/// the delimiter is, the Content-Type says (RFC 2046 §5.1.1).
package struct PreviewEnd {
    /// CRLF, two hyphens and the boundary. Cameras that declare the boundary with its two hyphens often leave out the two
    /// of the delimiter: then it is CRLF and the boundary, which may end no later.
    private let delimiters: [[UInt8]]
    /// How much of each delimiter the bytes so far end with.
    private var matched: [Int]

    /// What follows a delimiter and makes it the last.
    package static let closing: StaticString = "--\r\n"

    /// `range` in `bytes` is a Content-Type value. Nil where it is no multipart type with a boundary.
    package init?(contentType range: Range<Int>, in bytes: Span<UInt8>) {
        guard let boundary = MultipartBoundary(MediaType(bytes, range)) else { return nil }
        // None of its characters is a control character, so a CR can only begin a delimiter.
        let hyphens = Array("--".utf8)
        let line = Array("\r\n".utf8)
        delimiters =
            [line + hyphens + boundary.text] + (boundary.text.starts(with: hyphens) ? [line + boundary.text] : [])
        matched = delimiters.map { _ in 0 }
    }

    /// The index behind the first delimiter that ends in `bytes`, which follow those of the last call; nil where none
    /// does.
    package mutating func next(in bytes: Span<UInt8>) -> Int? {
        for index in bytes.indices {
            let byte = bytes[index]
            for (place, delimiter) in delimiters.enumerated() {
                // CR stands at the beginning of a delimiter and nowhere else in it.
                matched[place] = byte == delimiter[matched[place]] ? matched[place] + 1 : byte == delimiter[0] ? 1 : 0
                guard matched[place] == delimiter.count else { continue }
                for place in matched.indices { matched[place] = 0 }
                return index + 1
            }
        }
        return nil
    }
}
