import HTTPCore
import Testing

struct HeadParserRequestTests {
    struct Valid: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let message: String
        let expected: RequestSummary

        /// `change` tells in what the head differs from `GET / HTTP/1.1` with `Host: h`.
        init(_ name: String, _ message: String, _ change: (inout RequestSummary) -> Void = { _ in }) {
            testDescription = name
            self.message = message
            var expected = RequestSummary()
            expected.length = message.unicodeScalars.count
            change(&expected)
            self.expected = expected
        }
    }

    private static let targets: [Valid] = [
        Valid("plain", "GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
        Valid("path and query", "GET /a/b;c=1?x=1&y=%2F/? HTTP/1.1\r\nHost: h\r\n\r\n") {
            $0.target = "/a/b;c=1?x=1&y=%2F/?"
            $0.path = "/a/b;c=1"
            $0.query = "x=1&y=%2F/?"
        },
        Valid("nothing is decoded or resolved", "GET //a/../%2e%2E/ HTTP/1.1\r\nHost: h\r\n\r\n") {
            $0.target = "//a/../%2e%2E/"
            $0.path = "//a/../%2e%2E/"
        },
        Valid("what browsers leave as it is", "GET /a?[b]{c}|^`\\%zz%&100% HTTP/1.1\r\nHost: h\r\n\r\n") {
            $0.target = "/a?[b]{c}|^`\\%zz%&100%"
            $0.path = "/a"
            $0.query = "[b]{c}|^`\\%zz%&100%"
        },
        Valid("empty query", "GET /? HTTP/1.1\r\nHost: h\r\n\r\n") {
            $0.target = "/?"
            $0.query = ""
        },
        Valid("absolute form", "GET http://h:80/a?b HTTP/1.1\r\nHost: h:80\r\n\r\n") {
            $0.form = .absolute
            $0.target = "http://h:80/a?b"
            $0.path = "/a"
            $0.query = "b"
            $0.fields = ["Host: h:80"]
        },
        Valid("absolute form, either case", "GET HTTPS://Ex.ORG/ HTTP/1.1\r\nHost: eX.org\r\n\r\n") {
            $0.form = .absolute
            $0.target = "HTTPS://Ex.ORG/"
            $0.fields = ["Host: eX.org"]
        },
        Valid("absolute form without path", "GET http://h HTTP/1.1\r\nHost: h\r\n\r\n") {
            $0.form = .absolute
            $0.target = "http://h"
            $0.path = ""
        },
        Valid("absolute form, query without path", "GET http://h?b HTTP/1.1\r\nHost: h\r\n\r\n") {
            $0.form = .absolute
            $0.target = "http://h?b"
            $0.path = ""
            $0.query = "b"
        },
        Valid("asterisk", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n") {
            $0.method = .options
            $0.form = .asterisk
            $0.target = "*"
            $0.path = ""
        },
    ]

    private static let hosts: [Valid] = [
        "h.example", "127.0.0.1:5000", "[::1]", "[::ffff:1.2.3.4]:80", "h:", "h:0", "h:65535", "a-b_c~d.E",
    ].map { host in Valid("host \(host)", "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") { $0.fields = ["Host: \(host)"] } }

    private static let fields: [Valid] = [
        Valid("white space around values", "GET / HTTP/1.1\r\nHost:h\r\nA: \t b\tc \t\r\nE:\r\nF: \r\n\r\n") {
            $0.fields = ["Host: h", "A: b\tc", "E: ", "F: "]
        },
        Valid("bytes from 0x80 in a value", "GET / HTTP/1.1\r\nHost: h\r\nA: \u{80}\u{FF}\r\n\r\n") {
            $0.fields = ["Host: h", "A: \u{80}\u{FF}"]
        },
        Valid("every tchar in a name", "GET / HTTP/1.1\r\nHost: h\r\n!#$%&'*+-.^_`|~09azAZ: v\r\n\r\n") {
            $0.fields = ["Host: h", "!#$%&'*+-.^_`|~09azAZ: v"]
        },
        Valid("order and repeats are kept", "GET / HTTP/1.1\r\nB: 1\r\nHost: h\r\nA: 2\r\nb: 3\r\n\r\n") {
            $0.fields = ["B: 1", "Host: h", "A: 2", "b: 3"]
        },
        Valid("1.0 needs no Host", "GET / HTTP/1.0\r\n\r\n") {
            $0.version = .http10
            $0.fields = []
            $0.isPersistent = false
        },
    ]

    private static let methods: [Valid] =
        [
            ("GET", Method.get), ("HEAD", .head), ("POST", .post), ("PUT", .put), ("PATCH", .patch),
            ("DELETE", .delete), ("OPTIONS", .options), ("TRACE", .trace), ("get", .other), ("GETS", .other),
            ("PROPFIND", .other), ("M-SEARCH", .other), ("A", .other),
        ].map { name, method in
            Valid("method \(name)", "\(name) / HTTP/1.1\r\nHost: h\r\n\r\n") { $0.method = method }
        }

    private static func with(
        _ field: String, version: String = "1.1", _ change: @escaping (inout RequestSummary) -> Void
    ) -> Valid {
        let lines = field.split(separator: "|").map(String.init)
        let message = (["POST / HTTP/\(version)", "Host: h"] + lines).joined(separator: "\r\n") + "\r\n\r\n"
        return Valid("\(field) in \(version)", message) {
            $0.method = .post
            $0.fields = ["Host: h"] + lines
            if version == "1.0" {
                $0.version = .http10
                $0.isPersistent = false
            }
            change(&$0)
        }
    }

    private static let rules: [Valid] = [
        with("Content-Length: 0") { $0.framing = .none },
        with("Content-Length: 5") { $0.framing = .length(5) },
        with("content-length: 7") { $0.framing = .length(7) },
        with("Content-Length: 9223372036854775807") { $0.framing = .length(.max) },
        with("Content-Length: 5", version: "1.0") { $0.framing = .length(5) },
        with("Transfer-Encoding: chunked") { $0.framing = .chunked },
        with("transfer-encoding: CHUNKED") { $0.framing = .chunked },
        with("Connection: close") { $0.isPersistent = false },
        with("Connection: |connection: x, CLOSE") {
            $0.fields = ["Host: h", "Connection: ", "connection: x, CLOSE"]
            $0.isPersistent = false
        },
        with("Connection: closed") { $0.isPersistent = true },
        with("Connection: keep-alive, close") { $0.isPersistent = false },
        with("Connection: keep-alive", version: "1.0") { $0.isPersistent = true },
        with("Connection: Keep-Alive, close", version: "1.0") { $0.isPersistent = false },
        with("Content-Length: 5|Expect: 100-Continue") {
            $0.framing = .length(5)
            $0.expectsContinue = true
        },
        with("Transfer-Encoding: chunked|Expect: 100-continue") {
            $0.framing = .chunked
            $0.expectsContinue = true
        },
        with("Expect: 100-continue") { $0.expectsContinue = false },
        with("Content-Length: 5|Expect: 100-continue", version: "1.0") { $0.framing = .length(5) },
        with("Connection: Upgrade|Upgrade: websocket") { $0.asksUpgrade = true },
        with("Connection: Upgrade|Upgrade: websocket", version: "1.0") { $0.asksUpgrade = false },
        with("Upgrade: websocket") { $0.asksUpgrade = false },
        with("Connection: Upgrade") { $0.asksUpgrade = false },
    ]

    static let valid = targets + hosts + fields + methods + rules

    @Test(arguments: valid)
    func `A valid head is read`(_ row: Valid) {
        let bytes = [UInt8](raw: row.message)
        #expect(Reading.request(bytes) == .whole(row.expected))
        // What follows, be it content or the next request, changes nothing.
        for rest in ["\r\n", "GET / HTTP/1.1\r\n", "\0"] {
            #expect(Reading.request(bytes + Array(rest.utf8)) == .whole(row.expected))
        }
    }

    @Test(arguments: valid)
    func `Split anywhere, the first part asks for more`(_ row: Valid) {
        let bytes = [UInt8](raw: row.message)
        for count in 0..<bytes.count { #expect(Reading.request(Array(bytes[..<count])) == .needMore) }
    }

    @Test func `A head read into the memory of another keeps nothing of it`() throws {
        let parser = HeadParser()
        let first = Array(
            "POST http://a/b?c HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\n".utf8)
        let second = Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        var head = RequestHead()
        let isFirstWhole = try parser.parse(first.span, into: &head)
        let isSecondWhole = try parser.parse(second.span, into: &head)
        #expect(isFirstWhole && isSecondWhole)
        var expected = RequestSummary()
        expected.length = second.count
        let found = RequestSummary(head, second)
        #expect(found == expected)
        let hasLength = head.fields.contains(.contentLength)
        #expect(!hasLength)
    }
}
