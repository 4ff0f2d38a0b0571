/// A text that is not JSON (RFC 8259), and where it stops being so.
package struct JSONSyntaxError: Error, Sendable, Equatable {
    package let offset: Int
    package let reason: String
    /// Where the same name stands before, of a name that stands twice: all else of such a text may be JSON.
    package let first: Int?

    init(offset: Int, reason: String, first: Int? = nil) {
        self.offset = offset
        self.reason = reason
        self.first = first
    }
}

/// Reads one JSON text, strictly: RFC 8259 with no extensions, UTF-8 without a byte order mark, nothing after the
/// value. An object that has a name twice is refused, since two readers of it could see two different things.
package struct JSONParser {
    private let text: [UInt8]
    private var position = 0
    private var depth = 0
    private let maximumDepth: Int

    /// For reading a text part by part, so that of a long one little is in memory at a time: each value in its order by
    /// `node`, `object` or `array`, and then `end`.
    package init(_ text: [UInt8], maximumDepth: Int = 64) {
        self.text = text
        self.maximumDepth = maximumDepth
    }

    /// The value that `text` spells. `maximumDepth` bounds the nesting, and with it the stack that reading takes.
    package static func parse(_ text: [UInt8], maximumDepth: Int = 64) throws(JSONSyntaxError) -> JSONNode {
        var parser = JSONParser(text, maximumDepth: maximumDepth)
        if text.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw JSONSyntaxError(offset: 0, reason: "the text starts with a byte order mark")
        }
        let node = try parser.node()
        try parser.end()
        return node
    }

    /// Nothing comes behind what was read.
    package mutating func end() throws(JSONSyntaxError) {
        skipSpace()
        if position < text.count { throw unexpected("the end of the text") }
    }

    /// The first byte of the value at hand; nil at the end of the text.
    package mutating func next() -> UInt8? {
        skipSpace()
        return byte
    }

    /// Where the value at hand begins.
    package mutating func offset() -> Int {
        skipSpace()
        return position
    }

    /// The bytes of the object or array at hand, found by its brackets alone: whether it is one is not looked at. Nil
    /// where it has no end.
    package mutating func bracketed() -> ArraySlice<UInt8>? {
        skipSpace()
        var depth = 0
        var isInString = false
        var index = position
        while index < text.count {
            let byte = text[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\\") where isInString: index += 1
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "{") where !isInString, UInt8(ascii: "[") where !isInString: depth += 1
            case UInt8(ascii: "}") where !isInString, UInt8(ascii: "]") where !isInString:
                depth -= 1
                if depth == 0 { return text[position..<index] }
            default: break
            }
        }
        return nil
    }

    /// Goes on behind those bytes, of which `bracketed` gave the place, without reading them: they are the same as some
    /// that were read.
    package mutating func pass(_ bytes: ArraySlice<UInt8>) {
        position = bytes.endIndex
    }

    private var byte: UInt8? { position < text.count ? text[position] : nil }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func failure(_ reason: String) -> JSONSyntaxError { JSONSyntaxError(offset: position, reason: reason) }

    private func unexpected(_ wanted: String) -> JSONSyntaxError {
        guard let byte else { return failure("the text ends where \(wanted) should come") }
        let found = (0x21...0x7E).contains(byte) ? "'\(Character(UnicodeScalar(byte)))'" : "an unexpected byte"
        return failure("\(found) where \(wanted) should come")
    }

    /// The value at hand.
    package mutating func node() throws(JSONSyntaxError) -> JSONNode {
        skipSpace()
        let start = position
        let value: JSONValue
        switch byte {
        case UInt8(ascii: "{"): value = try object()
        case UInt8(ascii: "["): value = try array()
        case UInt8(ascii: "\""): value = .string(try string())
        case UInt8(ascii: "t"): value = try word("true", .bool(true))
        case UInt8(ascii: "f"): value = try word("false", .bool(false))
        case UInt8(ascii: "n"): value = try word("null", .null)
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): value = try number()
        default: throw unexpected("a value")
        }
        return JSONNode(value: value, offset: start, end: position)
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let spelled = String(describing: word)
        guard text[position...].starts(with: spelled.utf8) else { throw unexpected("a value") }
        position += spelled.utf8.count
        return value
    }

    private mutating func nest() throws(JSONSyntaxError) {
        depth += 1
        if depth > maximumDepth { throw failure("nested more than \(maximumDepth) deep") }
        position += 1
        skipSpace()
    }

    private mutating func object() throws(JSONSyntaxError) -> JSONValue {
        try nest()
        defer { depth -= 1 }
        var members: [JSONMember] = []
        try readMembers { (parser, name, nameOffset) throws(JSONSyntaxError) in
            members.append(JSONMember(name: name, nameOffset: nameOffset, node: try parser.node()))
        }
        return .object(members)
    }

    /// Reads the object at hand: `member` reads each member's value from the parser that it is given.
    package mutating func object(
        _ member: (inout JSONParser, _ name: String, _ nameOffset: Int) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        guard next() == UInt8(ascii: "{") else { throw unexpected("an object") }
        try nest()
        try readMembers(member)
        depth -= 1
    }

    /// Reads the array at hand: `element` reads each element from the parser that it is given.
    package mutating func array(
        _ element: (inout JSONParser) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        guard next() == UInt8(ascii: "[") else { throw unexpected("an array") }
        try nest()
        try readElements(element)
        depth -= 1
    }

    private mutating func readMembers(
        _ member: (inout JSONParser, _ name: String, _ nameOffset: Int) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        var names = SeenNames()
        let start = position
        if byte == UInt8(ascii: "}") {
            position += 1
            return
        }
        while true {
            skipSpace()
            guard byte == UInt8(ascii: "\"") else { throw unexpected("a name in quotes") }
            let nameOffset = position
            let name = try string()
            guard names.insert(name) else {
                throw JSONSyntaxError(
                    offset: nameOffset, reason: Self.repetition(of: name), first: offset(of: name, from: start))
            }
            skipSpace()
            guard byte == UInt8(ascii: ":") else { throw unexpected("':'") }
            position += 1
            try member(&self, name, nameOffset)
            if try closes(UInt8(ascii: "}"), "',' or '}'") { return }
        }
    }

    /// Where the first member of that name stands in the object whose members begin at `start`, once it is known that there
    /// is one: they are read again.
    private func offset(of name: String, from start: Int) -> Int? {
        var again = self
        again.position = start
        do throws(JSONSyntaxError) {
            repeat {
                again.skipSpace()
                let offset = again.position
                if try again.string().utf8.elementsEqual(name.utf8) { return offset }
                again.skipSpace()
                again.position += 1
                _ = try again.node()
            } while try !again.closes(UInt8(ascii: "}"), "',' or '}'")
        } catch {
            return nil
        }
        return nil
    }

    /// The name is the text's own, of any length and with any character: only a short plain one is repeated.
    private static func repetition(of name: String) -> String {
        let isPlain = name.utf8.count <= 64 && name.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        return isPlain ? "the name \"\(name)\" stands twice in one object" : "a name stands twice in one object"
    }

    private mutating func array() throws(JSONSyntaxError) -> JSONValue {
        try nest()
        defer { depth -= 1 }
        var elements: [JSONNode] = []
        try readElements { (parser) throws(JSONSyntaxError) in elements.append(try parser.node()) }
        return .array(elements)
    }

    private mutating func readElements(
        _ element: (inout JSONParser) throws(JSONSyntaxError) -> Void
    ) throws(JSONSyntaxError) {
        if byte == UInt8(ascii: "]") {
            position += 1
            return
        }
        while true {
            try element(&self)
            if try closes(UInt8(ascii: "]"), "',' or ']'") { return }
        }
    }

    /// After a member or an element: true at the closing bracket, false at a comma.
    private mutating func closes(_ bracket: UInt8, _ wanted: String) throws(JSONSyntaxError) -> Bool {
        skipSpace()
        guard byte == bracket || byte == UInt8(ascii: ",") else { throw unexpected(wanted) }
        let closing = byte == bracket
        position += 1
        return closing
    }

    private mutating func digits() throws(JSONSyntaxError) {
        guard let byte, isDigit(byte) else { throw unexpected("a digit") }
        while let byte = self.byte, isDigit(byte) { position += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = position
        if byte == UInt8(ascii: "-") { position += 1 }
        if byte == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if byte == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            position += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return .number(String(decoding: text[start..<position], as: UTF8.self))
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        let start = position
        while let byte, byte != UInt8(ascii: "\\"), byte != UInt8(ascii: "\""), byte >= 0x20 { position += 1 }
        // Most have no escape: they stand as they spell.
        if byte == UInt8(ascii: "\"") {
            guard let spelled = String(validating: text[start..<position], as: UTF8.self) else {
                throw failure("the string is not UTF-8")
            }
            position += 1
            return spelled
        }
        var scalars = Array(text[start..<position])
        while true {
            guard let byte else { throw failure("the text ends inside a string") }
            switch byte {
            case UInt8(ascii: "\""):
                guard let spelled = String(validating: scalars, as: UTF8.self) else {
                    throw failure("the string is not UTF-8")
                }
                position += 1
                return spelled
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &scalars)
            case 0..<0x20:
                throw failure("a control character inside a string must be escaped")
            default:
                scalars.append(byte)
                position += 1
            }
        }
    }

    private mutating func escape(into scalars: inout [UInt8]) throws(JSONSyntaxError) {
        guard let byte else { throw failure("the text ends inside a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scalars.append(byte)
        case UInt8(ascii: "b"): scalars.append(0x08)
        case UInt8(ascii: "f"): scalars.append(0x0C)
        case UInt8(ascii: "n"): scalars.append(0x0A)
        case UInt8(ascii: "r"): scalars.append(0x0D)
        case UInt8(ascii: "t"): scalars.append(0x09)
        case UInt8(ascii: "u"):
            var code = try fourHexDigits()
            if (0xD800..<0xDC00).contains(code) {
                guard text[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
                    throw failure("half of a surrogate pair")
                }
                position += 2
                let low = try fourHexDigits()
                guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = UnicodeScalar(code) else { throw failure("half of a surrogate pair") }
            scalars.append(contentsOf: UTF8.encode(scalar)!)
        default:
            position -= 1
            throw failure("no such escape in a string")
        }
    }

    private mutating func fourHexDigits() throws(JSONSyntaxError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
                throw unexpected("a hexadecimal digit")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }
}
