/// Writes JSON text member by member, in the order of the calls; every byte that needs an escape gets one.
///
///     var writer = JSONWriter()
///     writer.object {
///         $0.member("streams_count", 3)
///     }
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    /// Whether something stands before the next member or element in the open bracket.
    private var needsComma = false
    private let isIndented: Bool
    private var depth = 0

    /// `isIndented` puts each member on its own line, for files that people read.
    /// `size` is about how many bytes there will be, if that is known: a long text then is not copied as it grows.
    package init(isIndented: Bool = false, size: Int = 0) {
        self.isIndented = isIndented
        bytes.reserveCapacity(size)
    }

    /// What ends a text that is a file.
    package mutating func endLine() { bytes.append(0x0A) }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package mutating func object(_ members: (inout JSONWriter) -> Void) { nest("{", "}", members) }
    package mutating func array(_ elements: (inout JSONWriter) -> Void) { nest("[", "]", elements) }

    private mutating func nest(_ opening: String, _ closing: String, _ inside: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(contentsOf: opening.utf8)
        depth += 1
        needsComma = false
        isAfterName = false
        inside(&self)
        depth -= 1
        if isIndented, needsComma { newLine() }
        bytes.append(contentsOf: closing.utf8)
        needsComma = true
    }

    private mutating func newLine() {
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: depth * 2))
    }

    private var isAfterName = false

    private mutating func separate() {
        if isAfterName {
            isAfterName = false
            return
        }
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        if isIndented, depth > 0 { newLine() }
    }

    /// The name of the member whose value is written next.
    package mutating func name(_ name: String) {
        separate()
        quoted(name)
        bytes.append(UInt8(ascii: ":"))
        if isIndented { bytes.append(0x20) }
        isAfterName = true
    }

    package mutating func value(_ value: String) {
        separate()
        quoted(value)
        needsComma = true
    }

    package mutating func value(_ value: Int) { raw(String(value).utf8) }
    package mutating func value(_ value: Bool) { raw((value ? "true" : "false").utf8) }
    package mutating func null() { raw("null".utf8) }

    /// A value that is JSON text already.
    package mutating func raw(_ json: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// A parsed value, its numbers as they were written.
    package mutating func value(_ node: JSONNode) {
        switch node.value {
        case .null: null()
        case .bool(let flag): value(flag)
        case .number(let text): raw(text.utf8)
        case .string(let text): value(text)
        case .array(let elements): array { for element in elements { $0.value(element) } }
        case .object(let members): object { for member in members { $0.member(member.name, member.node) } }
        }
    }

    package mutating func member(_ name: String, _ text: String) {
        self.name(name)
        value(text)
    }

    package mutating func member(_ name: String, _ number: Int) {
        self.name(name)
        value(number)
    }

    package mutating func member(_ name: String, _ flag: Bool) {
        self.name(name)
        value(flag)
    }

    package mutating func member(_ name: String, _ node: JSONNode) {
        self.name(name)
        value(node)
    }

    /// A string, or `null` where there is none.
    package mutating func member(_ name: String, _ text: String?) {
        self.name(name)
        if let text { value(text) } else { null() }
    }

    private mutating func quoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
            case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
            case 0x0A: bytes.append(contentsOf: "\\n".utf8)
            case 0x0D: bytes.append(contentsOf: "\\r".utf8)
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0..<0x20, 0x7F:
                let digits = Array("0123456789abcdef".utf8)
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
