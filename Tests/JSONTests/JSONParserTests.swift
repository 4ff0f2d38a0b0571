import JSON
import Testing

struct JSONParserTests {
    /// The value written back without space, or "offset: reason".
    static func read(_ bytes: [UInt8], maximumDepth: Int = 64) -> String {
        do throws(JSONSyntaxError) {
            var writer = JSONWriter()
            writer.value(try JSONParser.parse(bytes, maximumDepth: maximumDepth))
            return writer.text
        } catch {
            return "\(error.offset): \(error.reason)"
        }
    }

    static func read(_ text: String) -> String { read(Array(text.utf8)) }

    private static let valid: [(text: String, written: String)] = [
        ("null", "null"), (" true ", "true"), ("\t\r\n false\n", "false"),
        ("{}", "{}"), ("[]", "[]"), ("[ ]", "[]"), ("{ }", "{}"),
        (#"{"a":1,"b":[2,{"c":null}]}"#, #"{"a":1,"b":[2,{"c":null}]}"#),
        (#"{ "a" : [ 1 , 2 ] }"#, #"{"a":[1,2]}"#),
        (#"{"":0}"#, #"{"":0}"#),
        // Numbers stay as they are written.
        ("0", "0"), ("-0", "-0"), ("-1.50e+10", "-1.50e+10"), ("1E-2", "1E-2"), ("1e999", "1e999"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        // Strings.
        (#""\"\\\/\b\f\n\r\t""#, #""\"\\/\u0008\u000c\n\r\t""#),
        (#""\u0041\u00e9\u20AC""#, "\"Aé€\""),
        (#""\uD83D\uDE00""#, "\"😀\""),
        (#""\u0000\u001f\u007f""#, #""\u0000\u001f\u007f""#),
        ("\"é€😀\u{2028}\u{7f}\"", "\"é€😀\u{2028}\\u007f\""),
    ]

    @Test(arguments: valid)
    func `Valid text is read, and written back the same`(_ row: (text: String, written: String)) {
        #expect(Self.read(row.text) == row.written)
        #expect(Self.read(row.written) == row.written)
    }

    private static let invalid: [(text: String, problem: String)] = [
        ("", "0: the text ends where a value should come"),
        ("  ", "2: the text ends where a value should come"),
        ("nul", "0: 'n' where a value should come"),
        ("nulL", "0: 'n' where a value should come"),
        ("True", "0: 'T' where a value should come"),
        ("truefalse", "4: 'f' where the end of the text should come"),
        ("NaN", "0: 'N' where a value should come"),
        ("{} x", "3: 'x' where the end of the text should come"),
        ("{}\u{0}", "2: an unexpected byte where the end of the text should come"),
        ("\u{FEFF}{}", "0: the text starts with a byte order mark"),
        ("\u{A0}1", "0: an unexpected byte where a value should come"),
        ("{", "1: the text ends where a name in quotes should come"),
        ("{a:1}", "1: 'a' where a name in quotes should come"),
        (#"{"a" 1}"#, "5: '1' where ':' should come"),
        (#"{"a":}"#, "5: '}' where a value should come"),
        (#"{"a":1"#, "6: the text ends where ',' or '}' should come"),
        (#"{"a":1,}"#, "7: '}' where a name in quotes should come"),
        (#"{"a":1]"#, "6: ']' where ',' or '}' should come"),
        ("[1,]", "3: ']' where a value should come"),
        ("[1 2]", "3: '2' where ',' or ']' should come"),
        ("[,1]", "1: ',' where a value should come"),
        ("[1", "2: the text ends where ',' or ']' should come"),
        ("+1", "0: '+' where a value should come"),
        (".5", "0: '.' where a value should come"),
        ("-", "1: the text ends where a digit should come"),
        ("01", "1: '1' where the end of the text should come"),
        ("1.", "2: the text ends where a digit should come"),
        ("1.e1", "2: 'e' where a digit should come"),
        ("1e", "2: the text ends where a digit should come"),
        ("1e+", "3: the text ends where a digit should come"),
        ("0x1", "1: 'x' where the end of the text should come"),
        ("\"a", "2: the text ends inside a string"),
        ("\"a\\", "3: the text ends inside a string"),
        ("\"\\x\"", "2: no such escape in a string"),
        ("\"\n\"", "1: a control character inside a string must be escaped"),
        ("\"\u{0}\"", "1: a control character inside a string must be escaped"),
        (#""\u12"#, "5: the text ends where a hexadecimal digit should come"),
        (#""\u12G0""#, "5: 'G' where a hexadecimal digit should come"),
        (#""\uD800""#, "7: half of a surrogate pair"),
        (#""\uD800\n""#, "7: half of a surrogate pair"),
        (#""\uD800\u0041""#, "13: half of a surrogate pair"),
        (#""\uDC00""#, "7: half of a surrogate pair"),
        (#"{"a":1,"a":2}"#, "7: the name \"a\" stands twice in one object"),
        (#"{"a":1,"\u0061":2}"#, "7: the name \"a\" stands twice in one object"),
        (#"{"é":1,"é":2}"#, "8: a name stands twice in one object"),
        (#"{"\n":1,"\n":2}"#, "8: a name stands twice in one object"),
    ]

    @Test(arguments: invalid)
    func `Anything else is refused at its place`(_ row: (text: String, problem: String)) {
        #expect(Self.read(row.text) == row.problem)
    }

    @Test(
        arguments: [
            [0x22, 0x80, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22],
        ] as [[UInt8]])
    func `A string must be UTF-8`(_ bytes: [UInt8]) {
        #expect(Self.read(bytes).hasSuffix("the string is not UTF-8"))
    }

    @Test func `Nesting is bounded`() {
        let deep = Array(String(repeating: "[", count: 64).utf8) + Array(String(repeating: "]", count: 64).utf8)
        #expect(Self.read(deep) == String(decoding: deep, as: UTF8.self))
        #expect(Self.read([0x5B] + deep + [0x5D]) == "64: nested more than 64 deep")
        #expect(Self.read(Array("[[1],[2],[3]]".utf8), maximumDepth: 2) == "[[1],[2],[3]]")
        #expect(Self.read(Array(#"{"a":[{}]}"#.utf8), maximumDepth: 2) == "6: nested more than 2 deep")
        #expect(Self.read([UInt8](repeating: 0x5B, count: 1 << 20)) == "64: nested more than 64 deep")
    }

    @Test func `Every value knows its place`() throws {
        let text = Array("{\"é\": [ 10 , \"x\" ] }".utf8)
        let root = try JSONParser.parse(text)
        let member = try #require(root.object?.first)
        let elements = try #require(member.node.array)
        #expect([root.offset, root.end] == [0, text.count])
        #expect(member.nameOffset == 1)
        #expect([member.node.offset, member.node.end] == [7, 19])
        #expect(elements.map(\.offset) == [9, 14])
        #expect(elements.map(\.end) == [11, 17])
    }

    /// Texts that were valid, with bytes changed: whatever is still read must be written to the same again.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func `Any bytes are read or refused`(_ seed: UInt64) {
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(truncatingIfNeeded: state >> 33) % bound
        }
        let valid = Array(#"{"a":[1.5e3,-0,true,null,"\u00e9\uD83D\uDE00é"],"b":{"c":{},"d":[[],""]}}"#.utf8)
        let marks = Array("{}[]\",:\\u0DdeE+-. \ntfn".utf8) + [0, 0x1F, 0x7F, 0x80, 0xC3, 0xED, 0xF0, 0xFF]
        for _ in 0..<1000 {
            var text = valid
            for _ in 0...random(4) { text[random(text.count)] = marks[random(marks.count)] }
            guard let node = try? JSONParser.parse(text) else { continue }
            var writer = JSONWriter()
            writer.value(node)
            #expect(Self.read(writer.bytes) == writer.text, "seed \(seed)")
        }
    }
}
