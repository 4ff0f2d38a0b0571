import JSON
import Testing

struct JSONWriterTests {
    private static func write(_ writer: inout JSONWriter) {
        writer.object {
            $0.member("text", "a\"b\\c\n\r\t\u{8}\u{1F}\u{7F}é")
            $0.member("number", -3)
            $0.member("flag", true)
            $0.member("absent", nil)
            $0.name("empty")
            $0.object { _ in }
            $0.name("list")
            $0.array {
                $0.value(1)
                $0.object { $0.member("x", false) }
                $0.array { _ in }
                $0.null()
                $0.raw("1.50".utf8)
            }
            $0.member("last", 0)
        }
    }

    @Test func `Commas and escapes are where they belong`() {
        var writer = JSONWriter()
        Self.write(&writer)
        #expect(
            writer.text
                == #"{"text":"a\"b\\c\n\r\t\u0008\u001f\u007fé","number":-3,"flag":true,"absent":null,"empty":{},"#
                + #""list":[1,{"x":false},[],null,1.50],"last":0}"#)
        #expect((try? JSONParser.parse(writer.bytes)) != nil)
    }

    @Test func `Indented text is the same value on its own lines`() {
        var writer = JSONWriter(isIndented: true)
        Self.write(&writer)
        #expect(
            writer.text == """
                {
                  "text": "a\\"b\\\\c\\n\\r\\t\\u0008\\u001f\\u007fé",
                  "number": -3,
                  "flag": true,
                  "absent": null,
                  "empty": {},
                  "list": [
                    1,
                    {
                      "x": false
                    },
                    [],
                    null,
                    1.50
                  ],
                  "last": 0
                }
                """)
    }

    @Test(arguments: ["null", "1", #""a""#, "[]", "{}"])
    func `A value may stand alone`(_ text: String) throws {
        var writer = JSONWriter()
        writer.value(try JSONParser.parse(Array(text.utf8)))
        #expect(writer.text == text)
    }
}
