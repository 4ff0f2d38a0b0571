internal import HTTPCore

/// The media type of content that we read.
enum JSONMediaType {
    /// Whether a Content-Type value (RFC 9110 §8.3) is `application/json` in UTF-8. RFC 8259 §11 has no charset
    /// parameter, but clients send one, and one with another value announces bytes that we would misread.
    static func matches(_ value: [UInt8]) -> Bool {
        var parts = value.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)[...]
        guard let type = parts.popFirst(), trimmed(type).elementsEqual("application/json".utf8) else { return false }
        return parts.allSatisfy { part in
            let parameter = trimmed(part)
            guard parameter.starts(with: "charset=".utf8) else { return true }
            let charset = parameter.dropFirst("charset=".utf8.count)
            return charset.elementsEqual("utf-8".utf8) || charset.elementsEqual("\"utf-8\"".utf8)
        }
    }

    /// In lower case and without white space at the ends.
    private static func trimmed(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let rest = text.drop(while: isSpace)
        let end = rest.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? rest.startIndex
        return rest[..<end].map(ASCII.lowercase)
    }
}
