import JSON
import Testing

struct JSONNodeTests {
    private static let wholes: [(text: String, whole: Int?)] = [
        ("0", 0), ("-0", 0), ("-0.00", 0), ("0e99", 0), ("0e99999999999999999999", 0),
        ("7", 7), ("-7", -7), ("7.0", 7), ("70e-1", 7), ("0.7e1", 7), ("7e2", 700), ("7E+2", 700), ("0.007e3", 7),
        ("9223372036854775807", .max), ("-9223372036854775808", .min), ("9223372036854775808", nil),
        ("922337203685477580700e-2", .max), ("0.9223372036854775807e19", .max),
        // Doubles would round these to whole numbers, or to the wrong one.
        ("9007199254740993.0", 9_007_199_254_740_993), ("0.99999999999999999999999", nil),
        ("1.0000000000000000001", nil),
        ("1.5", nil), ("15e-2", nil), ("1e-1", nil), ("1e19", nil), ("1e999", nil), ("1e-999", nil),
        ("1e99999999999999999999", nil), ("1e-99999999999999999999", nil),
    ]

    @Test(arguments: wholes)
    func `A whole number is read exactly, however it is written`(_ row: (text: String, whole: Int?)) throws {
        #expect(try JSONParser.parse(Array(row.text.utf8)).integer == row.whole)
    }

    @Test func `A double is never infinite`() throws {
        #expect(try JSONParser.parse(Array("1e308".utf8)).double == 1e308)
        #expect(try JSONParser.parse(Array("1e309".utf8)).double == nil)
        #expect(try JSONParser.parse(Array("-1e309".utf8)).double == nil)
        #expect(try JSONParser.parse(Array("0.25".utf8)).double == 0.25)
        #expect(try JSONParser.parse(Array("\"1\"".utf8)).double == nil)
    }

    @Test func `Values are reached by kind and name`() throws {
        let node = try JSONParser.parse(Array(#"{"s": "x", "b": false, "a": [1], "o": {"i": 2}, "n": null}"#.utf8))
        #expect(node["s"]?.string == "x")
        #expect(node["b"]?.bool == false)
        #expect(node["a"]?.array?.count == 1)
        #expect(node["o"]?["i"]?.integer == 2)
        #expect(node["x"] == nil)
        #expect(node["s"]?["x"] == nil)
        #expect(node["s"]?.integer == nil)
        #expect(node["b"]?.integer == nil)
        #expect(node["a"]?.object == nil)
        #expect(node.object?.map(\.node.value.kind) == ["a string", "a boolean", "an array", "an object", "null"])
        #expect(node["o"]?["i"]?.value.kind == "a number")
    }

    @Test func `Names are compared as bytes`() throws {
        // The Kelvin sign, and an e with a combining accent, are canonically the same as K and é.
        let node = try JSONParser.parse(Array("{\"\u{212A}\": 1, \"K\": 2, \"e\u{301}\": 3, \"\u{E9}\": 4}".utf8))
        #expect(node["K"]?.integer == 2)
        #expect(node["\u{212A}"]?.integer == 1)
        #expect(node["\u{E9}"]?.integer == 4)
        #expect(node["e\u{301}"]?.integer == 3)
    }

    @Test func `Positions count lines and characters from 1`() {
        let text = Array("aé😀b\r\nc\n".utf8)
        let expected = [
            (0, "1:1"), (1, "1:2"), (3, "1:3"), (7, "1:4"), (10, "2:1"), (11, "2:2"), (12, "3:1"), (99, "3:1"),
        ]
        for (offset, position) in expected {
            #expect(TextPosition(offset: offset, in: text).description == position)
        }
        #expect(TextPosition(offset: -1, in: text).description == "1:1")
        #expect(TextPosition.all(of: expected.map(\.0), in: text).map(\.description) == expected.map(\.1))
        #expect(TextPosition.all(of: [3, 3], in: text).map(\.description) == ["1:3", "1:3"])
    }
}
