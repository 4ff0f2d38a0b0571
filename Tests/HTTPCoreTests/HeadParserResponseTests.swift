import HTTPCore
import Testing

struct HeadParserResponseTests {
    struct Valid: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let message: String
        let method: Method
        let expected: ResponseSummary

        /// `change` tells in what the head differs from `HTTP/1.1 200 OK` without fields.
        init(
            _ message: String, answering method: Method = .get, _ change: (inout ResponseSummary) -> Void = { _ in }
        ) {
            testDescription = "\(message.debugDescription) to \(method.name)"
            self.message = message + "\r\n\r\n"
            self.method = method
            var expected = ResponseSummary()
            expected.isPersistent = false
            expected.length = self.message.unicodeScalars.count
            change(&expected)
            self.expected = expected
        }
    }

    private static let statusLines: [Valid] = [
        Valid("HTTP/1.1 200 OK"),
        Valid("HTTP/1.1 200") { $0.reason = "" },
        Valid("HTTP/1.1 200 ") { $0.reason = "" },
        Valid("HTTP/1.1 200 a b\tc \u{E9}") { $0.reason = "a b\tc \u{E9}" },
        Valid("HTTP/1.1 599 x") {
            $0.status = 599
            $0.reason = "x"
        },
        Valid("HTTP/1.0 200 OK") { $0.version = .http10 },
    ]

    private static func framing(
        _ status: Int, _ field: String?, to method: Method, _ framing: ContentFraming, announced: Int? = nil,
        persists: Bool = true
    ) -> Valid {
        Valid("HTTP/1.1 \(status) OK" + (field.map { "\r\n\($0)" } ?? ""), answering: method) {
            $0.status = status
            $0.fields = field.map { [$0] } ?? []
            $0.framing = framing
            $0.announcedLength = announced
            $0.isPersistent = persists && framing != .untilClose
        }
    }

    private static let framings: [Valid] = [
        framing(200, nil, to: .get, .untilClose),
        framing(200, nil, to: .post, .untilClose),
        framing(404, nil, to: .other, .untilClose),
        framing(200, "Content-Length: 5", to: .get, .length(5), announced: 5),
        framing(200, "Content-Length: 0", to: .get, .length(0), announced: 0),
        framing(500, "Content-Length: 5", to: .delete, .length(5), announced: 5),
        framing(200, "Transfer-Encoding: chunked", to: .get, .chunked),
        framing(200, "transfer-encoding: Chunked", to: .put, .chunked),
        framing(200, nil, to: .head, .none),
        framing(200, "Content-Length: 5", to: .head, .none, announced: 5),
        framing(200, "Transfer-Encoding: chunked", to: .head, .none),
        framing(204, nil, to: .get, .none),
        framing(204, "Content-Length: 0", to: .get, .none, announced: 0),
        framing(204, "Content-Length: 5", to: .get, .none, announced: 5, persists: false),
        framing(204, "Transfer-Encoding: chunked", to: .get, .none, persists: false),
        framing(204, "Transfer-Encoding: chunked", to: .head, .none, persists: false),
        framing(304, nil, to: .get, .none),
        framing(304, "Content-Length: 5", to: .get, .none, announced: 5),
        framing(304, "Transfer-Encoding: chunked", to: .get, .none),
        framing(100, nil, to: .post, .none),
        framing(101, nil, to: .get, .none),
        framing(103, "Content-Length: 5", to: .get, .none, announced: 5, persists: false),
        framing(100, "Transfer-Encoding: chunked", to: .get, .none, persists: false),
        framing(199, nil, to: .get, .none),
        framing(205, nil, to: .get, .untilClose),
    ]

    private static func connection(_ version: String, _ field: String?, persists: Bool) -> Valid {
        let fields = ["Content-Length: 0"] + (field.map { [$0] } ?? [])
        return Valid((["HTTP/\(version) 200 OK"] + fields).joined(separator: "\r\n")) {
            $0.version = version == "1.0" ? .http10 : .http11
            $0.fields = fields
            $0.framing = .length(0)
            $0.announcedLength = 0
            $0.isPersistent = persists
        }
    }

    private static let persistence: [Valid] = [
        connection("1.1", nil, persists: true),
        connection("1.1", "Connection: close", persists: false),
        connection("1.1", "Connection: a, CLOSE", persists: false),
        connection("1.1", "Connection: keep-alive", persists: true),
        connection("1.0", nil, persists: false),
        connection("1.0", "Connection: Keep-Alive", persists: true),
        connection("1.0", "Connection: keep-alive, close", persists: false),
        Valid("HTTP/1.1 200 OK\r\nConnection: keep-alive") { $0.fields = ["Connection: keep-alive"] },
    ]

    static let valid = statusLines + framings + persistence

    @Test(arguments: valid)
    func `A valid head is read, whole or split anywhere`(_ row: Valid) {
        let bytes = [UInt8](raw: row.message)
        let read = { Reading.response($0, answering: row.method) }
        #expect(read(bytes) == .whole(row.expected))
        #expect(read(bytes + [0]) == .whole(row.expected))
        for count in 0..<bytes.count { #expect(read(Array(bytes[..<count])) == .needMore) }
    }

    // MARK: Malformed

    struct Malformed: Sendable, CustomTestStringConvertible {
        let head: String
        let error: MessageError
        var testDescription: String { "\(head.debugDescription): \(error.code.description)" }

        init(_ head: String, _ error: MessageError) {
            self.head = head
            self.error = error
        }
    }

    private static let badLines: [Malformed] = [
        "", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1 099 a", "HTTP/1.1 600 a",
        "HTTP/1.1 000 a", "HTTP/1.1 999 a", "HTTP/1.1 2x0 a", "HTTP/1.1 +20 a", "HTTP/1.1 -20 a", "HTTP/1.1  200 a",
        "HTTP/1.1\t200 OK", "HTTP/1.1 200\tOK", " HTTP/1.1 200 OK", "HTTP/2.0 200 OK", "HTTP/1.2 200 OK",
        "HTTP/0.9 200 OK", "http/1.1 200 OK", "HTTP/1.1200 OK", "ICY 200 OKOKOKOK", "HTTP/1.1 200 a\u{0}b",
        "HTTP/1.1 200 a\u{1B}", "HTTP/1.1 2\u{B2}0 OK", "GET / HTTP/1.1", "SSH-2.0-OpenSSH_9.2",
    ].map { Malformed($0, .malformedStatusLine) }

    private static let badFields: [Malformed] = [
        Malformed("HTTP/1.1 200 OK\nA: b", .lineEndWithoutCarriageReturn),
        Malformed("HTTP/1.1 200 OK\r\nA: b\nC: d", .lineEndWithoutCarriageReturn),
        Malformed("HTTP/1.1 200 a\rb", .carriageReturnAlone),
        Malformed("HTTP/1.1 200 OK\r\nLocation: /\rSet-Cookie: a", .carriageReturnAlone),
        Malformed("HTTP/1.1 200 OK\r\nA : b", .malformedFieldName),
        Malformed("HTTP/1.1 200 OK\r\n: b", .malformedFieldName),
        Malformed("HTTP/1.1 200 OK\r\nA: b\r\n c", .foldedField),
        Malformed("HTTP/1.1 200 OK\r\nA: b\u{0}c", .malformedFieldValue),
    ]

    private static func framed(_ fields: String, _ error: MessageError) -> Malformed {
        Malformed("HTTP/1.1 200 OK\r\n\(fields)", error)
    }

    private static let badFraming: [Malformed] = [
        framed("Content-Length: 5\r\nTransfer-Encoding: chunked", .contentLengthWithTransferEncoding),
        framed("Transfer-Encoding: chunked\r\nContent-Length: 5", .contentLengthWithTransferEncoding),
        framed("Content-Length: 5\r\nContent-Length: 5", .repeatedContentLength),
        framed("Content-Length: 5\r\nContent-Length: 6", .repeatedContentLength),
        framed("Content-Length: 5, 5", .malformedContentLength), framed("Content-Length: -1", .malformedContentLength),
        framed("Content-Length: +5", .malformedContentLength), framed("Content-Length:", .malformedContentLength),
        framed("Content-Length: 99999999999999999999", .malformedContentLength),
        framed("Transfer-Encoding: chunked, chunked", .malformedTransferEncoding),
        framed("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .malformedTransferEncoding),
        framed("Transfer-Encoding: chunked, gzip", .malformedTransferEncoding),
        framed("Transfer-Encoding: gzip, chunked", .unknownTransferCoding),
        framed("Transfer-Encoding: identity", .unknownTransferCoding),
    ]

    private static let badVersionFraming: [Malformed] = [
        Malformed("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked", .transferEncodingInHTTP10)
    ]

    @Test(arguments: badLines + badFields + badFraming + badVersionFraming)
    func `A malformed head is refused for its fault`(_ row: Malformed) {
        let bytes = [UInt8](raw: row.head + "\r\n\r\n")
        // What can't be framed is no answer to any method: HEAD and 304 do not excuse it.
        for method in Method.allCases { #expect(Reading.response(bytes, answering: method) == .refused(row.error)) }
    }

    @Test func `The limits are those of requests`() {
        let limits = MessageLimits()
        let line = "HTTP/1.1 200 " + String(repeating: "a", count: limits.startLine)
        #expect(Reading.response(Array(line.utf8)) == .refused(.startLineTooLong))
        let field = "HTTP/1.1 200 OK\r\nA: " + String(repeating: "a", count: limits.head)
        #expect(Reading.response(Array(field.utf8)) == .refused(.headTooLong))
        let fields = "HTTP/1.1 200 OK\r\n" + String(repeating: "A: b\r\n", count: limits.fields + 1)
        #expect(Reading.response(Array(fields.utf8)) == .refused(.tooManyFields))
    }
}
