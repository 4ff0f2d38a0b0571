package import HTTPCore

/// One whole picture of a live preview, as all its viewers get it. It is put together once in the process and never changes, so
/// workers share it without a copy: what a viewer is sent is a range of its one array.
package final class Picture: Sendable {
    /// Head with length, the picture, a delimiter, the next part's head without length.
    package let bytes: [UInt8]
    /// The picture as its source has sent it, byte for byte.
    package let content: Range<Int>
    /// Where the delimiter behind it ends.
    private let delimiterEnd: Int
    /// Which one of its broadcast, counted from 1. A higher one is newer, also where the broadcast has gone over to another
    /// worker, which counts on.
    package let number: UInt64
    /// When its last byte had come from the source.
    package let completed: Instant

    /// `content`: the picture in `source`; `type`: its media type, whose characters are those of a token and `/`.
    package init(
        _ source: Span<UInt8>, _ content: Range<Int>, type: [UInt8], boundary: PictureBoundary,
        number: UInt64,
        completed: Instant
    ) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(content.count + 2 * type.count + boundary.text.count + Self.headRoom)
        bytes.append("Content-Type: ")
        bytes.append(type.span)
        bytes.append("\r\nContent-Length: ")
        bytes.append(decimal: content.count)
        bytes.append("\r\n\r\n")
        let start = bytes.count
        bytes.append(source, content)
        self.content = start..<bytes.count
        boundary.appendDelimiter(to: &bytes)
        delimiterEnd = bytes.count
        bytes.append("Content-Type: ")
        bytes.append(type.span)
        bytes.append("\r\n\r\n")
        self.bytes = bytes
        self.number = number
        self.completed = completed
    }

    /// Bytes of the fixed texts and the length's digits, so that the array is allocated once.
    private static let headRoom = 80

    /// What a viewer of that form is sent. `isLast`: without what would announce a next part, so that the end can follow
    /// (`PictureBoundary.appendEnd`).
    package func range(_ form: PictureForm, isLast: Bool = false) -> Range<Int> {
        switch form {
        case .length: 0..<(isLast ? content.upperBound : delimiterEnd)
        case .browser: content.lowerBound..<(isLast ? content.upperBound : bytes.count)
        }
    }
}
