package import HTTPCore

/// Which contents are read as JSON: those that say so. Luna-Streams must read the same text that was checked here, so
/// another charset, a coding and a missing type are refused. One that stands there twice has been refused before.
package enum ContentTypeRule {
    /// The fields of a request whose content `BodyRule` is to judge.
    package static func check(_ bytes: Span<UInt8>, _ fields: borrowing FieldTable) throws(SeparationRefusal) {
        guard let value = fields.value(.contentType), isJSON(bytes, value) else {
            throw .contentType
        }
        for index in 0..<fields.count where fields[index].name == .other {
            let line = fields[index]
            guard ASCII.isEqual(bytes, line.nameRange, ignoringCaseOf: "content-encoding") else { continue }
            guard ASCII.isEqual(bytes, line.valueRange, ignoringCaseOf: "identity") else { throw .contentType }
        }
    }

    /// Whether the value of a Content-Type field (RFC 9110 §8.3.1) is `application/json`.
    ///
    /// Its charset may only be UTF-8, `utf-8` or `utf8`, quoted or not. Other parameters mean nothing to JSON (RFC 8259
    /// §11); they pass as `name=token`, since a charset within quotes could be seen by one reader and not by another.
    package static func isJSON(_ bytes: Span<UInt8>, _ value: Range<Int>) -> Bool {
        var index = value.lowerBound
        guard take("application/json", bytes, &index, value.upperBound) else { return false }
        var hasCharset = false
        while index < value.upperBound {
            skipSpace(bytes, &index, value.upperBound)
            guard take(";", bytes, &index, value.upperBound) else { return false }
            skipSpace(bytes, &index, value.upperBound)
            // A parameter may be empty.
            if index == value.upperBound || bytes[index] == UInt8(ascii: ";") { continue }
            if take("charset", bytes, &index, value.upperBound) {
                guard !hasCharset, take("=", bytes, &index, value.upperBound),
                    takeUTF8(bytes, &index, value.upperBound)
                else { return false }
                hasCharset = true
            } else {
                guard takeToken(bytes, &index, value.upperBound), take("=", bytes, &index, value.upperBound),
                    takeToken(bytes, &index, value.upperBound)
                else { return false }
            }
        }
        return true
    }

    private static func takeUTF8(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
        take("utf-8", bytes, &index, end) || take("\"utf-8\"", bytes, &index, end)
            || take("utf8", bytes, &index, end) || take("\"utf8\"", bytes, &index, end)
    }

    private static func takeToken(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
        let start = index
        while index < end, ASCII.isToken(bytes[index]) { index += 1 }
        return index > start
    }

    private static func skipSpace(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) {
        while index < end, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
    }

    /// Passes over `word`, which is in lower case, in any case.
    private static func take(_ word: StaticString, _ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
        let wordEnd = index + word.utf8CodeUnitCount
        guard wordEnd <= end, ASCII.isEqual(bytes, index..<wordEnd, ignoringCaseOf: word) else { return false }
        index = wordEnd
        return true
    }
}
