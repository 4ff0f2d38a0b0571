import HTTPCore
import StreamsProxy
import Testing

struct SeparationContentTypeTests {
    private static let accepted = [
        "application/json", "Application/JSON", "application/json;charset=utf-8", "application/json; charset=UTF-8",
        "application/json ; Charset=\"utf-8\"", "application/json;\tcharset=\"UTF-8\" ;", "application/json;",
        "application/json; ;charset=utf-8", "application/json; charset=utf8", "application/json;charset=\"UTF8\"",
        "application/json; version=1", "application/json;odata=verbose;charset=utf-8;IEEE754Compatible=true",
    ]
    private static let refused = [
        "", "json", "text/plain", "text/json", "application/json5", "application/jsonx", "application/json-seq",
        "application/vnd.api+json", "application", "application/", "application /json",
        "application/json charset=utf-8",
        "application/json; charset=utf-16", "application/json; charset=latin-1", "application/json; charset=utf-8x",
        "application/json; charset=\"utf-8", "application/json; charset=utf-8\"", "application/json; charset='utf-8'",
        "application/json; charset =utf-8", "application/json; charset= utf-8", "application/json; charset",
        "application/json; charset=", "application/json; charset=utf-8; charset=utf-8",
        "application/json; charset=utf-8; charset=utf-16",
        "application/json; charset=utf", "application/json; charset=utf88", "application/json; charset=utf_8",
        "application/json; charset*=utf-8", "application/json; charsets=utf-8",
        "application/json; odata=verbose; charset=utf-16", "application/json; x=\"; charset=utf-16\"",
        "application/json; x=\"y\"", "application/json; x", "application/json; x=", "application/json; =y",
        "application/json; x=y z", "application/json; x =y", "application/json; x= y",
        "application/json, application/json", "application/json, text/plain", "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded", "*/*", " application/json",
    ]

    @Test func `JSON in UTF-8 is read, and nothing else`() {
        for value in Self.accepted { #expect(Self.isJSON(value), "\(value)") }
        for value in Self.refused { #expect(!Self.isJSON(value), "\(value)") }
    }

    private static func isJSON(_ value: String) -> Bool {
        let bytes = Array("Content-Type: \(value)\r\n".utf8)
        return ContentTypeRule.isJSON(bytes.span, 14..<14 + value.utf8.count)
    }

    private static let heads: [(fields: String, isAccepted: Bool)] = [
        ("Content-Type: application/json\r\n", true),
        ("content-type:application/json \r\nContent-Encoding: Identity\r\n", true),
        ("", false), ("Content-Type:\r\n", false), ("Content-Type: text/plain\r\n", false),
        ("Content-Type: application/json\r\nContent-Encoding: gzip\r\n", false),
        ("Content-Type: application/json\r\nCONTENT-ENCODING: br\r\n", false),
        ("Content-Type: application/json\r\nContent-Encoding:\r\n", false),
        ("Content-Type: application/json\r\nContent-Encoding: identity, gzip\r\n", false),
        ("Content-Type: application/json\r\nContent-Encoding: identity\r\nContent-Encoding: gzip\r\n", false),
    ]

    @Test(arguments: heads)
    func `A type that is missing, and any coding, are refused`(
        _ row: (fields: String, isAccepted: Bool)
    ) throws {
        let bytes = Array("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\(row.fields)\r\n".utf8)
        var head = RequestHead()
        #expect(try HeadParser().parse(bytes.span, into: &head))
        do throws(SeparationRefusal) {
            try ContentTypeRule.check(bytes.span, head.fields)
            #expect(row.isAccepted)
        } catch {
            #expect(error == .contentType)
            #expect(!row.isAccepted)
        }
    }
}
