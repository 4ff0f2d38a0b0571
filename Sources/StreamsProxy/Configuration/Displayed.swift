internal import JSON

/// How settings are shown in messages: short, on one line, and with nothing that a terminal would obey.
enum Displayed {
    /// Enough to recognise a value by.
    static let valueLimit = 60

    /// `text` without quotes; what is neither a visible character nor a plain space becomes `\u{…}`.
    static func text(_ text: String, limit: Int = valueLimit) -> String {
        var shown = ""
        var count = 0
        for scalar in text.unicodeScalars {
            if count == limit { return shown + "…" }
            count += 1
            if isVisible(scalar) {
                shown.unicodeScalars.append(scalar)
            } else {
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return shown
    }

    static func quoted(_ text: String, limit: Int = valueLimit) -> String { "\"\(self.text(text, limit: limit))\"" }

    /// A scalar as it is written in the file; arrays and objects by their kind only.
    static func value(_ node: JSONNode) -> String {
        switch node.value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let digits): text(digits)
        case .string(let text): quoted(text)
        case .array(let elements): elements.isEmpty ? "an empty array" : node.value.kind
        case .object(let members): members.isEmpty ? "an empty object" : node.value.kind
        }
    }

    /// `name` appended to `path`: with a dot where it is a plain name, else in brackets and quotes.
    static func path(_ path: String, _ name: String) -> String {
        let isPlain =
            !name.isEmpty && name.utf8.count <= valueLimit
            && name.utf8.allSatisfy { PlainPath.isUnreserved($0) && $0 != UInt8(ascii: ".") }
        guard isPlain else { return "\(path)[\(quoted(name))]" }
        return path.isEmpty ? name : "\(path).\(name)"
    }

    /// A duration in seconds: `42 s`, `0.25 s`.
    static func seconds(_ duration: Duration) -> String {
        let milliseconds = duration.components.attoseconds / 1_000_000_000_000_000
        guard milliseconds != 0 else { return "\(duration.components.seconds) s" }
        var fraction = String(milliseconds + 1000).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(duration.components.seconds).\(fraction) s"
    }

    private static func isVisible(_ scalar: UnicodeScalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: scalar == " "
        // The standard library's list: letters, marks, numbers, punctuation and symbols remain.
        default: true
        }
    }
}
