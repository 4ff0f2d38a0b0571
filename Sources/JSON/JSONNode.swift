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
        return members.first { $0.isNamed(name) }?.node
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

    /// A number that is whole and fits, written in any way (`1`, `1.0`, `1e0`), without rounding.
    package var integer: Int? {
        if case .number(let text) = value { JSONNumber.integer(text) } else { nil }
    }

    /// The nearest double; nil for a number beyond all of them, which would read as infinity.
    package var double: Double? {
        guard case .number(let text) = value, let number = Double(text), number.isFinite else { return nil }
        return number
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

    /// Compared as bytes. `==` of strings is about what people see: it finds the Kelvin sign the same as a K, which no
    /// other reader of the text does.
    package func isNamed(_ name: String) -> Bool { self.name.utf8.elementsEqual(name.utf8) }
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
