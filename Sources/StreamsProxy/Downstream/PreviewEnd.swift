internal import HTTPCore

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
        let type: StaticString = "multipart/"
        let length = type.utf8CodeUnitCount
        guard range.count > length,
            ASCII.isEqual(bytes, range.lowerBound..<range.lowerBound + length, ignoringCaseOf: type)
        else { return nil }
        var parameters = Parameters(bytes, range)
        while let (name, value) = parameters.next() {
            guard ASCII.isEqual(bytes, name, ignoringCaseOf: "boundary") else { continue }
            // RFC 2046: 70 characters at most; none of them a control character, so a CR can only begin a delimiter.
            guard (1...70).contains(value.count), value.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
            let hyphens = Array("--".utf8)
            let line = Array("\r\n".utf8)
            delimiters = [line + hyphens + value] + (value.starts(with: hyphens) ? [line + value] : [])
            matched = delimiters.map { _ in 0 }
            return
        }
        return nil
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

/// The parameters of a media type (RFC 9110 §5.6.6), as far as they are written by the rules.
private struct Parameters {
    private let text: [UInt8]
    private let start: Int
    private var position: Int

    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        text = range.map { bytes[$0] }
        start = range.lowerBound
        position = text.firstIndex(of: UInt8(ascii: ";")) ?? text.count
    }

    /// The range of the name in the bytes that were given, and the value without its quotes.
    mutating func next() -> (name: Range<Int>, value: [UInt8])? {
        while position < text.count, [0x20, 0x09, UInt8(ascii: ";")].contains(text[position]) { position += 1 }
        let begin = position
        while position < text.count, ASCII.isToken(text[position]) { position += 1 }
        guard position > begin, position < text.count, text[position] == UInt8(ascii: "=") else { return nil }
        let name = start + begin..<start + position
        position += 1
        guard position < text.count, text[position] == UInt8(ascii: "\"") else {
            let first = position
            while position < text.count, ASCII.isToken(text[position]) || Self.isLoose(text[position]) { position += 1 }
            return (name, Array(text[first..<position]))
        }
        return quoted().map { (name, $0) }
    }

    /// Characters that a boundary may have by RFC 2046 and that a token has not; cameras write them without quotes.
    private static func isLoose(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: "/"), UInt8(ascii: ":"),
            UInt8(ascii: "="), UInt8(ascii: "?"):
            true
        default: false
        }
    }

    private mutating func quoted() -> [UInt8]? {
        var value: [UInt8] = []
        position += 1
        while position < text.count, text[position] != UInt8(ascii: "\"") {
            if text[position] == UInt8(ascii: "\\") { position += 1 }
            guard position < text.count else { return nil }
            value.append(text[position])
            position += 1
        }
        guard position < text.count else { return nil }
        position += 1
        return value
    }
}
