/// A JSON value together with where it stands in its text, so that a problem can name line and column.
package struct JSONNode: Sendable {
    package let value: JSONValue
    /// Bytes from the start of the text to the value's first byte.
    package let offset: Int
    /// Bytes from the start of the text to just after the value's last byte.
    package let end: Int

    package init(value: JSONValue, offset: Int, end: Int) {
        self.value = value
        self.offset = offset
        self.end = end
    }

    /// The member of that name, or nil where this is no object or has none.
    package subscript(_ name: String) -> JSONNode? {
        guard case .object(let members) = value else { return nil }
        return members.first { $0.name == name }?.node
    }

    package var string: String? {
        if case .string(let text) = value { text } else { nil }
    }

    package var array: [JSONNode]? {
        if case .array(let elements) = value { elements } else { nil }
    }

    package var object: [JSONMember]? {
        if case .object(let members) = value { members } else { nil }
    }

    /// A number that is whole and fits, written in any way (`1`, `1.0`, `1e0`).
    package var integer: Int? {
        guard case .number(let text) = value else { return nil }
        if let whole = Int(text) { return whole }
        return Double(text).flatMap { Int(exactly: $0) }
    }

    package var double: Double? {
        if case .number(let text) = value { Double(text) } else { nil }
    }

    package var bool: Bool? {
        if case .bool(let flag) = value { flag } else { nil }
    }
}

package struct JSONMember: Sendable {
    package let name: String
    /// Where the name's opening quote stands.
    package let nameOffset: Int
    package let node: JSONNode

    package init(name: String, nameOffset: Int, node: JSONNode) {
        self.name = name
        self.nameOffset = nameOffset
        self.node = node
    }
}

package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// The number as written: nothing is rounded by reading it.
    case number(String)
    case string(String)
    case array([JSONNode])
    case object([JSONMember])

    /// The kind in words, for messages: "a string".
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// A place in a text, counted from 1 as editors do; columns count characters (Unicode scalars), not bytes.
package struct TextPosition: Sendable, Equatable, CustomStringConvertible {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The position of the byte at `offset`.
    package init(offset: Int, in text: [UInt8]) {
        var line = 1
        var column = 1
        for byte in text.prefix(max(0, offset)) {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }

    package var description: String { "\(line):\(column)" }
}
