internal import JSON

/// Explains a settings text that is not JSON: what came, what should come, and where people go wrong most often.
enum SettingsSyntax {
    /// What `parse` reports, or the value.
    static func read(_ text: [UInt8], file: String) throws(ConfigurationProblem) -> JSONNode {
        func problem(_ offset: Int, _ sentence: String) -> ConfigurationProblem {
            ConfigurationProblem(
                file: file, position: TextPosition(offset: offset, in: text), rule: sentence)
        }
        if let sentence = encodingProblem(text) { throw problem(0, sentence) }
        if let offset = firstOffsetNotUTF8(text) {
            throw problem(offset, "this byte is not UTF-8; save the file as UTF-8")
        }
        guard text.contains(where: { !isSpace($0) }) else { throw problem(0, "the file is empty") }
        do throws(JSONSyntaxError) {
            return try JSONParser.parse(text)
        } catch {
            if let first = error.first {
                throw problem(
                    error.offset, "\(error.reason), first at \(TextPosition(offset: first, in: text)); keep one of them"
                )
            }
            var sentence = "not JSON: \(error.reason)"
            if let explanation = explanation(of: error, in: text) { sentence += "; \(explanation)" }
            throw problem(error.offset, sentence)
        }
    }

    private static func encodingProblem(_ text: [UInt8]) -> String? {
        if text.starts(with: [0xEF, 0xBB, 0xBF]) {
            return "the file starts with a byte order mark; save it as UTF-8 without one"
        }
        if text.starts(with: [0xFF, 0xFE]) || text.starts(with: [0xFE, 0xFF]) {
            return "the file is UTF-16; save it as UTF-8"
        }
        return nil
    }

    private static func firstOffsetNotUTF8(_ text: [UInt8]) -> Int? {
        guard String(validating: text, as: UTF8.self) == nil else { return nil }
        var parser = Unicode.UTF8.ForwardParser()
        var bytes = text.makeIterator()
        var offset = 0
        while true {
            switch parser.parseScalar(from: &bytes) {
            case .valid(let encoded): offset += encoded.count
            case .emptyInput, .error: return offset
            }
        }
    }

    /// In words what the mistake probably is. Each guess about a brace is tried: it is told only where the text would
    /// be JSON after it.
    private static func explanation(of error: JSONSyntaxError, in text: [UInt8]) -> String? {
        let brackets = Brackets(text)
        func place(_ offset: Int) -> TextPosition { TextPosition(offset: offset, in: text) }
        let rest = text[min(error.offset, text.count)...]

        if let start = text.firstIndex(where: { !isSpace($0) }), text[start] == UInt8(ascii: "\"") {
            return missingOuterBraces(text)
        }
        if let end = brackets.outermostEnd, error.offset > end {
            if isJSON(removing: error.offset, from: text) {
                return "the settings object ended at \(place(end)), so this one is one too many"
            }
            let closed = "the settings object ended at \(place(end)), and the text goes on after it"
            return isJSON(removing: end, from: text) ? "\(closed): the '}' at \(place(end)) is one too many" : closed
        }
        if rest.isEmpty, !brackets.open.isEmpty {
            let places = brackets.open.suffix(4).map { "'\(Character(UnicodeScalar(text[$0])))' at \(place($0))" }
            return "still open: \(places.joined(separator: ", "))"
        }
        if rest.starts(with: "//".utf8) || rest.starts(with: "/*".utf8) || rest.first == UInt8(ascii: "#") {
            return "JSON has no comments"
        }
        if rest.first == UInt8(ascii: "'") { return "JSON strings and names stand in double quotes" }
        for (word, wanted) in [("True", "true"), ("False", "false"), ("None", "null")]
        where rest.starts(with: word.utf8) { return "write \(wanted)" }
        let before = text[..<min(error.offset, text.count)].last { !isSpace($0) }
        if before == UInt8(ascii: ","), rest.first == UInt8(ascii: "}") || rest.first == UInt8(ascii: "]") {
            return "there must be no comma after the last member"
        }
        if rest.first == UInt8(ascii: "\""), error.reason.hasSuffix("',' or '}' should come") {
            return "a comma is missing before this"
        }
        return mistakeInText(rest, before: before, error.reason)
    }

    /// What is wrong with the characters themselves, where that is plain.
    private static func mistakeInText(_ rest: ArraySlice<UInt8>, before: UInt8?, _ reason: String) -> String? {
        if reason.hasPrefix("no such escape") { return "a backslash is written \\\\" }
        if reason.hasPrefix("a control character") { return "a tab is written \\t, a line break \\n" }
        guard let byte = rest.first else { return nil }
        if reason.hasSuffix("a name in quotes should come"), isLetter(byte) { return "names stand in double quotes" }
        if reason.hasSuffix("a value should come") {
            if isLetter(byte) { return "text stands in double quotes; true, false and null are written small" }
            if byte == UInt8(ascii: ".") { return "a number has a digit before the point: 0.5" }
            if byte == UInt8(ascii: "+") { return "a number has no plus sign" }
        }
        if reason.hasSuffix("':' should come") { return "between a name and its value stands a colon" }
        if before == UInt8(ascii: "0"), isDigit(byte) { return "a number does not begin with 0" }
        if byte == UInt8(ascii: ";") { return "a comma stands between two of them" }
        return nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// A member cut out of an example: `"LUNA_API_PLUGINS_SETTINGS": {…}`, with or without the example's last brace.
    private static func missingOuterBraces(_ text: [UInt8]) -> String {
        let opened = [UInt8(ascii: "{")] + text
        if isJSON(opened) { return "put '{' before the text: its last '}' closes a brace that nothing opens" }
        if isJSON(opened + [UInt8(ascii: "}")]) { return "put '{' before the text and '}' after it" }
        return "the settings must be one object, in braces"
    }

    private static func isJSON(removing offset: Int, from text: [UInt8]) -> Bool {
        guard text[offset] == UInt8(ascii: "}") || text[offset] == UInt8(ascii: "]") else { return false }
        var shorter = text
        shorter.remove(at: offset)
        return isJSON(shorter)
    }

    private static func isJSON(_ text: [UInt8]) -> Bool {
        do throws(JSONSyntaxError) {
            _ = try JSONParser.parse(text)
            return true
        } catch {
            return false
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
