import HTTPCore
import Testing

/// Requests whose length could be read in two ways, and requests that are too big.
struct HeadParserFramingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let fields: String
        let version: String
        let error: MessageError
        var testDescription: String { "\(fields.debugDescription) in \(version): \(error.code.description)" }

        init(_ fields: String, in version: String = "1.1", _ error: MessageError) {
            self.fields = fields
            self.version = version
            self.error = error
        }
    }

    private static let lengths: [Row] = [
        "", "+1", "-1", "0x10", "1_0", "1, 1", "1,1", "1 1", "1.0", "1e3", "a", "\u{D9}\u{A1}", "0b1", "1\u{A0}",
        "\"1\"", "1;", "00", "01", "0000005", "0200",
        "9223372036854775808", "99999999999999999999", "18446744073709551617", "10000000000000000000000000000000005",
    ].map { Row("Content-Length: \($0)", .malformedContentLength) }

    private static let rows: [Row] = [
        Row("Content-Length: 1\r\nContent-Length: 1", .repeatedContentLength),
        Row("Content-Length: 1\r\ncontent-length: 2", .repeatedContentLength),
        Row("Content-Length: 0\r\nContent-Length: 0", .repeatedContentLength),
        Row("Content-Length: 1\r\nContent-Length:", .repeatedContentLength),
        Row("Content-Length: 3\r\nTransfer-Encoding: chunked", .contentLengthWithTransferEncoding),
        Row("Transfer-Encoding: chunked\r\nContent-Length: 3", .contentLengthWithTransferEncoding),
        Row("Transfer-Encoding: chunked\r\nContent-Length: 0", .contentLengthWithTransferEncoding),
        Row("Transfer-Encoding: identity\r\nContent-Length: 3", .contentLengthWithTransferEncoding),
        Row("Transfer-Encoding:\r\nContent-Length: 3", .contentLengthWithTransferEncoding),
        Row("Transfer-Encoding: chunked\r\nContent-Length: x", .contentLengthWithTransferEncoding),
        Row("Transfer-Encoding: chunked\r\nContent-Length: 3", in: "1.0", .contentLengthWithTransferEncoding),
        Row("Transfer-Encoding: chunked", in: "1.0", .transferEncodingInHTTP10),
        Row("Transfer-Encoding: chunked\r\nConnection: keep-alive", in: "1.0", .transferEncodingInHTTP10),
        Row("Transfer-Encoding: identity", in: "1.0", .transferEncodingInHTTP10),
        Row("Transfer-Encoding: chunked, chunked", .malformedTransferEncoding),
        Row("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .malformedTransferEncoding),
        Row("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", .malformedTransferEncoding),
        Row("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", .malformedTransferEncoding),
        Row("Transfer-Encoding: chunked, gzip", .malformedTransferEncoding),
        Row("Transfer-Encoding: chunked, identity", .malformedTransferEncoding),
        Row("Transfer-Encoding: chunked;q=1", .malformedTransferEncoding),
        Row("Transfer-Encoding: \"chunked\"", .malformedTransferEncoding),
        Row("Transfer-Encoding: chunked,", .malformedTransferEncoding),
        Row("Transfer-Encoding: ,chunked", .malformedTransferEncoding),
        Row("Transfer-Encoding:", .malformedTransferEncoding),
        Row("Transfer-Encoding: chunked chunked", .malformedTransferEncoding),
        Row("Transfer-Encoding: chunked\u{A0}", .malformedTransferEncoding),
        Row("Transfer-Encoding: \u{0B}chunked", .malformedFieldValue),
        Row("Transfer-Encoding: chunked\u{0C}", .malformedFieldValue),
        Row("Transfer-Encoding: chunked\u{0}", .malformedFieldValue),
        Row("Transfer-Encoding: gzip, chunked", .unknownTransferCoding),
        Row("Transfer-Encoding: identity", .unknownTransferCoding),
        Row("Transfer-Encoding:  xchunked", .unknownTransferCoding),
        Row("Transfer-Encoding: chunkedx", .unknownTransferCoding),
        Row("Transfer-Encoding: gzip", .unknownTransferCoding),
        Row("Expect: 200-ok", .unknownExpectation), Row("Expect:", .unknownExpectation),
        Row("Expect: 100-continue, 100-continue", .unknownExpectation),
        Row("Expect: 100-continue\r\nExpect: 100-continue", .unknownExpectation),
        Row("Expect: 100-continue;a", .unknownExpectation), Row("Expect: 100", in: "1.0", .unknownExpectation),
    ]

    @Test(arguments: lengths + rows)
    func `Doubtful framing is refused, never repaired`(_ row: Row) {
        let message = "POST / HTTP/\(row.version)\r\nHost: h\r\n\(row.fields)\r\n\r\n"
        #expect(
            Reading.request(
                message.unicodeScalars.allSatisfy { $0.value < 256 }
                    ? [UInt8](raw: message) : Array(message.utf8)) == .refused(row.error))
    }

    // MARK: Limits

    private static func startLine(_ count: Int) -> [UInt8] {
        Array("GET /\(String(repeating: "a", count: count - 14)) HTTP/1.1".utf8)
    }

    @Test func `A request line of up to 8 KiB without its end is read, a longer one is 414`() {
        let limit = MessageLimits().startLine
        let end = Array("\r\nHost: h\r\n\r\n".utf8)
        let longest = Self.startLine(limit)
        #expect(longest.count == limit)
        guard case .whole(let head) = Reading.request(longest + end) else {
            Issue.record("the longest line is refused")
            return
        }
        #expect(head.target.utf8.count == limit - 13)
        #expect(Reading.request(Self.startLine(limit + 1) + end) == .refused(.startLineTooLong))
        #expect(MessageError.startLineTooLong.status == 414)
        // An endless line is refused when the limit is reached, not when the line ends.
        #expect(Reading.request(Array(Self.startLine(limit))) == .needMore)
        #expect(Reading.request(Array(Self.startLine(2 * limit)[...limit])) == .refused(.startLineTooLong))
    }

    /// A head of exactly `count` bytes.
    private static func head(_ count: Int) -> [UInt8] {
        let frame = "GET / HTTP/1.1\r\nHost: h\r\nA: \r\n\r\n".utf8.count
        return Array("GET / HTTP/1.1\r\nHost: h\r\nA: \(String(repeating: "a", count: count - frame))\r\n\r\n".utf8)
    }

    @Test func `A head of up to 32 KiB is read, a longer one is 431`() {
        let limit = MessageLimits().head
        guard case .whole(let head) = Reading.request(Self.head(limit)) else {
            Issue.record("the longest head is refused")
            return
        }
        #expect(head.length == limit)
        for excess in 1...4 { #expect(Reading.request(Self.head(limit + excess)) == .refused(.headTooLong)) }
        #expect(Reading.request(Self.head(2 * limit)) == .refused(.headTooLong))
        #expect(Reading.request(Array(Self.head(2 * limit)[..<limit])) == .refused(.headTooLong))
        #expect(MessageError.headTooLong.status == 431)
    }

    @Test func `A name without end is refused at the limit`() {
        let endless = Array("GET / HTTP/1.1\r\nHost: h\r\n".utf8) + [UInt8](repeating: 0x61, count: 40_000)
        #expect(Reading.request(endless) == .refused(.headTooLong))
    }

    private static func message(fields count: Int) -> [UInt8] {
        Array("GET / HTTP/1.1\r\nHost: h\r\n\(String(repeating: "A: b\r\n", count: count - 1))\r\n".utf8)
    }

    @Test func `100 field lines are read, 101 are 431`() {
        let limit = MessageLimits().fields
        #expect(limit == 100)
        guard case .whole(let head) = Reading.request(Self.message(fields: limit)) else {
            Issue.record("as many fields as are allowed are refused")
            return
        }
        #expect(head.fields.count == limit)
        #expect(Reading.request(Self.message(fields: limit + 1)) == .refused(.tooManyFields))
        #expect(MessageError.tooManyFields.status == 431)
    }
}
