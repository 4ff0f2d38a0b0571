import HTTPCore
import Testing

/// The masks, against the same classes written down as the RFCs name them.
struct ASCIITests {
    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    private static func isOneOf(_ byte: UInt8, _ characters: String) -> Bool {
        characters.utf8.contains(byte)
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func `A token holds tchar`(_ byte: UInt8) {
        #expect(ASCII.isToken(byte) == (Self.isAlphanumeric(byte) || Self.isOneOf(byte, "!#$%&'*+-.^_`|~")))
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func `A field value holds no control character but tab`(_ byte: UInt8) {
        let expected =
            switch byte {
            case 0x09: true
            case 0x00...0x1F, 0x7F: false
            default: true
            }
        #expect(ASCII.isFieldValue(byte) == expected)
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func `A path holds pchar, the slash and the percent sign`(_ byte: UInt8) {
        let unreserved = Self.isAlphanumeric(byte) || Self.isOneOf(byte, "-._~")
        let expected = unreserved || Self.isOneOf(byte, "!$&'()*+,;=") || Self.isOneOf(byte, ":@/%")
        #expect(ASCII.isPath(byte) == expected)
        // WHATWG URL Standard, query percent-encode set: the rest of ASCII stays as it is.
        let isEscaped = byte <= 0x20 || byte >= 0x7F || Self.isOneOf(byte, "\"#<>")
        #expect(ASCII.isQuery(byte) == !isEscaped)
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func `Digits are told from what is none`(_ byte: UInt8) {
        #expect(ASCII.isDigit(byte) == Self.isOneOf(byte, "0123456789"))
        let lower = Array("0123456789abcdef".utf8).firstIndex(of: byte)
        let upper = Array("0123456789ABCDEF".utf8).firstIndex(of: byte)
        #expect(ASCII.hexadecimalValue(byte).map(Int.init) == (lower ?? upper))
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func `Only the 26 letters have a lower case`(_ byte: UInt8) {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        #expect(ASCII.lowercase(byte) == (letters.contains(byte) ? byte + 32 : byte))
    }

    @Test(arguments: [
        (text: "", trimmed: ""), (text: " \t ", trimmed: ""), (text: "a", trimmed: "a"),
        (text: "\t a b \t", trimmed: "a b"), (text: "\u{0B}a\u{0C}", trimmed: "\u{0B}a\u{0C}"),
        (text: "\u{A0}a", trimmed: "\u{A0}a"),
    ])
    func `White space is space and tab`(_ row: (text: String, trimmed: String)) {
        let bytes = [UInt8](raw: row.text)
        let trimmed = ASCII.trim(bytes.span, 0..<bytes.count)
        #expect(Array(bytes[trimmed]) == [UInt8](raw: row.trimmed))
    }

    @Test(arguments: [
        (text: "chunked", isEqual: true), (text: "CHUNKED", isEqual: true), (text: "chunKed", isEqual: true),
        (text: "chunke", isEqual: false), (text: "chunkedd", isEqual: false), (text: "", isEqual: false),
        (text: "chun\u{6B}ed", isEqual: true), (text: "chun\u{0B}ed", isEqual: false),
    ])
    func `Words are compared whole and without case`(_ row: (text: String, isEqual: Bool)) {
        let bytes = [UInt8](raw: row.text)
        let isEqual = ASCII.isEqual(bytes.span, 0..<bytes.count, ignoringCaseOf: "chunked")
        #expect(isEqual == row.isEqual)
    }

    @Test(arguments: [
        (value: "", elements: [""]), (value: "a", elements: ["a"]), (value: "a,b", elements: ["a", "b"]),
        (value: " a ,\tb\t", elements: ["a", "b"]), (value: ",a,,b,", elements: ["", "a", "", "b", ""]),
        (value: "a b", elements: ["a b"]),
    ])
    func `A list falls apart at commas`(_ row: (value: String, elements: [String])) {
        let bytes = [UInt8](raw: row.value)
        var list = ListElements(0..<bytes.count)
        var found: [String] = []
        while let element = list.next(bytes.span) { found.append(String(decoding: bytes[element], as: UTF8.self)) }
        #expect(found == row.elements)
    }
}
