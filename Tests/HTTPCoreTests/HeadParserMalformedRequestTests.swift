import HTTPCore
import Testing

struct HeadParserMalformedRequestTests {
    struct Malformed: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let message: String
        let error: MessageError

        init(_ name: String, _ message: String, _ error: MessageError) {
            testDescription = "\(name): \(error.code.description)"
            self.message = message
            self.error = error
        }
    }

    private static func line(_ line: String, _ error: MessageError) -> Malformed {
        Malformed(line.debugDescription, "\(line)\r\nHost: h\r\n\r\n", error)
    }

    private static func target(_ target: String, _ error: MessageError = .malformedTarget) -> Malformed {
        line("GET \(target) HTTP/1.1", error)
    }

    /// Lines of a head after `Host`, parted by CR LF.
    private static func fields(_ fields: String, version: String = "1.1", _ error: MessageError) -> Malformed {
        Malformed(fields.debugDescription, "POST / HTTP/\(version)\r\nHost: h\r\n\(fields)\r\n\r\n", error)
    }

    private static let requestLines: [Malformed] = [
        line("GET /", .malformedRequestLine), line("GET / ", .malformedRequestLine),
        line("GET", .malformedRequestLine), line("GET  / HTTP/1.1", .malformedTarget),
        line("GET /  HTTP/1.1", .malformedTarget), line("GET / HTTP/1.1 ", .malformedRequestLine),
        line(" GET / HTTP/1.1", .malformedRequestLine), line("GET\t/ HTTP/1.1", .malformedRequestLine),
        line("GET /\tHTTP/1.1", .malformedRequestLine), line("GET / a HTTP/1.1", .malformedTarget),
        line("G(T / HTTP/1.1", .malformedRequestLine), line("G\u{E9}T / HTTP/1.1", .malformedRequestLine),
        line("GET  HTTP/1.1", .malformedRequestLine), line("/ HTTP/1.1", .malformedRequestLine),
        line("GET / HTTP/0.9", .unsupportedVersion), line("GET / HTTP/1.2", .unsupportedVersion),
        line("GET / HTTP/2.0", .unsupportedVersion), line("PRI * HTTP/2.0", .unsupportedVersion),
        line("GET / HTTP/3.1", .unsupportedVersion), line("GET / http/1.1", .malformedRequestLine),
        line("GET / HTTP/1.10", .malformedRequestLine), line("GET / HTTP/1,1", .malformedRequestLine),
        line("GET / HTTP/1.", .malformedRequestLine), line("GET / HTTP/11", .malformedRequestLine),
        line("GET / HTTP/01.1", .malformedRequestLine), line("GET / HTTPS/1.1", .malformedRequestLine),
        line("GET / HTTP /1.1", .malformedRequestLine), line("GET / HTTP/1.\u{B9}", .malformedRequestLine),
        line("GET /\u{0} HTTP/1.1", .malformedRequestLine), line("GET /\u{1B}[0m HTTP/1.1", .malformedRequestLine),
        line("GET /\u{7F} HTTP/1.1", .malformedRequestLine), line("\u{16}\u{3}\u{1}\u{2}", .malformedRequestLine),
    ]

    private static let targets: [Malformed] = [
        target("a"), target("*"), target("?a"), target("h:443"), target("http:/h/"), target("ftp://h/"),
        target("/#a"), target("/?a#b"), target("/\\a"), target("/a\\..\\b"), target("/\u{80}"), target("/\u{FF}"),
        target("/\""), target("/<a>"), target("/{a}"), target("/a|b"), target("/^"), target("/`"), target("/[a]"),
        target("/?\""), target("/?<a"), target("/?a>"), target("/?\u{C3}\u{A9}"), target("/?\u{80}"),
        target("/%"), target("/%0"), target("/%zz"), target("/%0g"), target("/%%20"), target("/%u0041"),
        target("/a%2?0"), target("/a%?%"),
        line("CONNECT h:443 HTTP/1.1", .tunnelNotOffered), line("CONNECT [::1]:443 HTTP/1.1", .tunnelNotOffered),
        line("CONNECT h HTTP/1.1", .malformedTarget), line("CONNECT h: HTTP/1.1", .malformedTarget),
        line("CONNECT u@h:443 HTTP/1.1", .malformedTarget), line("CONNECT h:443/ HTTP/1.1", .malformedTarget),
        line("CONNECT / HTTP/1.1", .malformedTarget), line("CONNECT http://h/ HTTP/1.1", .malformedTarget),
        line("OPTIONS ** HTTP/1.1", .malformedTarget),
        line("OPTIONS *?a HTTP/1.1", .malformedTarget),
        target("http://other/", .mismatchedHost), target("http://h:80/", .mismatchedHost),
        target("http://h./", .mismatchedHost), target("http://u@h/", .mismatchedHost),
        target("http://h@o/", .mismatchedHost), target("http://h#a/", .mismatchedHost),
        target("http:///a", .mismatchedHost),
    ]

    private static let lineEnds: [Malformed] = [
        Malformed("LF after the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n", .lineEndWithoutCarriageReturn),
        Malformed("LF after a field", "GET / HTTP/1.1\r\nHost: h\n\r\n", .lineEndWithoutCarriageReturn),
        Malformed("LF at the end", "GET / HTTP/1.1\r\nHost: h\r\n\n", .lineEndWithoutCarriageReturn),
        Malformed("LF everywhere", "GET / HTTP/1.1\nHost: h\n\n", .lineEndWithoutCarriageReturn),
        Malformed("LF in a name", "GET / HTTP/1.1\r\nHost: h\r\nA\n: b\r\n\r\n", .lineEndWithoutCarriageReturn),
        Malformed("LF first", "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", .lineEndWithoutCarriageReturn),
        Malformed("CR in the request line", "GET /\rHTTP/1.1\r\nHost: h\r\n\r\n", .carriageReturnAlone),
        Malformed("CR before the version ends", "GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", .carriageReturnAlone),
        Malformed("CR in a value", "GET / HTTP/1.1\r\nHost: h\r\nA: b\rc\r\n\r\n", .carriageReturnAlone),
        Malformed("CR CR LF", "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n", .carriageReturnAlone),
        Malformed("CR in a name", "GET / HTTP/1.1\r\nHost: h\r\nA\r: b\r\n\r\n", .malformedFieldName),
        Malformed("CR alone at the end", "GET / HTTP/1.1\r\nHost: h\r\n\rX", .carriageReturnAlone),
    ]

    private static let fieldLines: [Malformed] = [
        fields("A : b", .malformedFieldName), fields("A\t: b", .malformedFieldName), fields(": b", .malformedFieldName),
        fields("A", .malformedFieldName), fields("A b: c", .malformedFieldName), fields("A(: b", .malformedFieldName),
        fields("A\u{0}: b", .malformedFieldName), fields("\u{E9}: b", .malformedFieldName),
        fields("A\u{7F}: b", .malformedFieldName), fields("\"A\": b", .malformedFieldName),
        fields("Content-Length : 5", .malformedFieldName), fields(" A: b", .foldedField),
        fields("\tA: b", .foldedField), fields("A: b\r\n c", .foldedField), fields("A: b\r\n\tc", .foldedField),
        fields("Transfer-Encoding:\r\n chunked", .foldedField), fields("A: b\r\n ", .foldedField),
        fields("Content_Length: 5", .aliasedFieldName), fields("content.length: 5", .aliasedFieldName),
        fields("Transfer_Encoding: chunked", .aliasedFieldName), fields("TRANSFER.ENCODING: x", .aliasedFieldName),
        fields("Content-Type: a/b\r\ncontent-type: a/b", .repeatedContentType),
        Malformed("folding before the first field", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", .foldedField),
    ]

    private static let controls: [Malformed] = (0...0x7F as ClosedRange<UInt8>).compactMap { byte in
        let isAllowed = byte == 0x09 || byte == 0x0A || byte == 0x0D || (0x20...0x7E).contains(byte)
        let character: Unicode.Scalar = Unicode.Scalar(byte)
        return isAllowed ? nil : fields("A: b\(character)c", .malformedFieldValue)
    }

    private static let hosts: [Malformed] =
        [
            "", "a,b", "a, b", "u@h", "u:p@h", "a b", "h:65536", "h:99999", "h:000080", "h:-1", "h:8a", "h:80:80",
            ":80",
            "h/", "h?", "h#", "[::1", "[]", "[::g]", "::1", "[::1]x", "[:]", "[:::]", "[1]",
            "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4:5:6:7::8]", "[::1::]", "[1::2::3]", "[12345::]", "[1:]",
            "[:1]", "[1.2.3.4]", "[::1.2.3]", "[::1.2.3.256]", "[::1.2.3.4:5]", "[::.1.2.3]", "[fe80::1%25e0]",
            "[v1.a]", "h%20", "h\\", "\u{E9}", "<h>", "h;", "a\tb", "'",
        ]
        .map { Malformed("host \($0.debugDescription)", "GET / HTTP/1.1\r\nHost: \($0)\r\n\r\n", .malformedHost) }
        + [
            Malformed("no Host", "GET / HTTP/1.1\r\n\r\n", .missingHost),
            Malformed("another spelling of Host", "GET / HTTP/1.1\r\nHost_: h\r\n\r\n", .missingHost),
            Malformed("absolute form in 1.0 without Host", "GET http://h/ HTTP/1.0\r\n\r\n", .missingHost),
            Malformed("bad Host in 1.0", "GET / HTTP/1.0\r\nHost: a,b\r\n\r\n", .malformedHost),
            fields("Host: h", .repeatedHost), fields("HOST: other", .repeatedHost), fields("host:", .repeatedHost),
        ]

    static let malformed = requestLines + targets + lineEnds + fieldLines + controls + hosts

    @Test(arguments: malformed)
    func `A malformed head is refused for its fault`(_ row: Malformed) {
        #expect(Reading.request([UInt8](raw: row.message)) == .refused(row.error))
        #expect((400..<600).contains(row.error.status))
    }

    @Test(arguments: malformed)
    func `No beginning of it is taken for a whole request`(_ row: Malformed) {
        let bytes = [UInt8](raw: row.message)
        for count in 0..<bytes.count {
            switch Reading.request(Array(bytes[..<count])) {
            case .needMore, .refused(row.error): break
            case .whole, .refused: Issue.record("after \(count) bytes")
            }
        }
    }
}
