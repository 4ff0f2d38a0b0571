import HTTPCore
import Testing

struct ChunkedDecoderTests {
    struct Valid: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let message: String
        let content: String

        init(_ name: String, _ message: String, _ content: String) {
            testDescription = name
            self.message = message
            self.content = content
        }
    }

    static let valid: [Valid] = [
        Valid("no content", "0\r\n\r\n", ""),
        Valid("one chunk", "5\r\nhello\r\n0\r\n\r\n", "hello"),
        Valid("two chunks", "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", "hello!"),
        Valid(
            "hexadecimal in either case", "a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n", "01234567890123456789a"),
        Valid("leading zeros", "0005\r\nhello\r\n000\r\n\r\n", "hello"),
        Valid("15 digits", "000000000000005\r\nhello\r\n0\r\n\r\n", "hello"),
        Valid("extensions", "5;a=b;c=\"d\"\r\nhello\r\n0;x\r\n\r\n", "hello"),
        Valid("white space within extensions", "5 ; a\t=\tb ;c = \"\" ;d\r\nhello\r\n0\r\n\r\n", "hello"),
        Valid(
            "a quoted extension", "5;a=\"\t;\u{E9}\\\"=\\\\\";b=\"x\"\r\nhello\r\n0\r\n\r\n", "hello"),
        Valid("white space before an extension", "5 \t ;a\r\nhello\r\n0 ;b\r\n\r\n", "hello"),
        Valid("trailer fields", "5\r\nhello\r\n0\r\nA: b\r\nC:\r\n\r\n", "hello"),
        Valid("a trailer whose name only begins like one that frames", "0\r\nContent-Lengths: 5\r\n\r\n", ""),
        Valid("CR LF within content", "4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"),
        Valid("a chunked message as content", "f\r\n5\r\nhello\r\n0\r\n\r\n\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n"),
    ]

    @Test(arguments: valid)
    func `A body is read to its end and not beyond`(_ row: Valid) {
        let bytes = [UInt8](raw: row.message)
        let expected = ContentReading(content: [UInt8](raw: row.content), used: bytes.count, end: .finished)
        #expect(ContentReading(.chunked, [bytes]) == expected)
        #expect(ContentReading(.chunked, [bytes + Array("GET / HTTP/1.1\r\n".utf8)]) == expected)
        #expect(ContentReading(.chunked, bytes.map { [$0] }) == expected)
    }

    @Test(arguments: valid)
    func `Where it is split makes no difference`(_ row: Valid) {
        let bytes = [UInt8](raw: row.message)
        let expected = ContentReading(content: [UInt8](raw: row.content), used: bytes.count, end: .finished)
        for first in 0...bytes.count {
            #expect(ContentReading(.chunked, [Array(bytes[..<first]), Array(bytes[first...])]) == expected)
            guard first < bytes.count else { continue }
            let part = ContentReading(.chunked, [Array(bytes[..<first])])
            #expect(part.end == .needMore && part.used == first)
            #expect(expected.content.starts(with: part.content))
        }
    }

    // MARK: Malformed

    struct Malformed: Sendable, CustomTestStringConvertible {
        let message: String
        let error: MessageError
        var testDescription: String { "\(message.prefix(60).debugDescription): \(error.code.description)" }

        init(_ message: String, _ error: MessageError) {
            self.message = message
            self.error = error
        }
    }

    private static let sizes: [Malformed] = [
        "\r\n", ";a\r\n", "+5\r\n", "-5\r\n", "0x5\r\n", "5h\r\n", "g\r\n", " 5\r\n", "5 \r\n", "5 a\r\n", "5 \t5\r\n",
        "5 \n", "\t5\r\n",
        "5_0\r\n", "5,\r\n", "5.0\r\n", "\"5\"\r\n", "\u{0}5\r\n", "5\u{0}\r\n", "\u{B9}\r\n", "\n5\r\n",
    ].map { Malformed($0, .malformedChunk) }

    private static let tooLong: [Malformed] = [
        "0000000000000005", "8000000000000000", "ffffffffffffffff", "7fffffffffffffff", "10000000000000000",
        "fffffffffffffffffffffffe", "1000000000000000000000000000000005",
    ].map { Malformed("\($0)\r\n", .chunkTooLong) }

    private static let delimiters: [Malformed] = [
        "5\nhello\r\n0\r\n\r\n", "5\rhello\r\n0\r\n\r\n", "5\r\rhello", "5\r\nhello\n0\r\n\r\n",
        "5\r\nhello\r0\r\n\r\n", "5\r\nhelloXX0\r\n\r\n", "5\r\nhello0\r\n\r\n", "5\r\nhello!\r\n0\r\n\r\n",
        "5\r\nhell\r\n0\r\n\r\n", "5\r\nhello\rX", "5\r\nhello\r\n\r\n0\r\n\r\n", "5\r\nhello\r\n;\r\n", "0\n\n",
        "5;a\nhello", "5;a\n0\r\n\r\n", "5;\u{0}\r\nhello", "5;a\u{7F}\r\nhello", "5;a\r5\r\nhello", "0\nX",
        "5\r;a\r\nhello", "5\r\nhello\r\n0;a\n\r\n", "5;\u{1B}\r\n",
    ].map { Malformed($0, .malformedChunk) }

    private static let trailers: [Malformed] = [
        "0\r\n\n", "0\r\nX\r\n\r\n", "0\r\n: a\r\n\r\n", "0\r\n A: b\r\n\r\n", "0\r\nA : b\r\n\r\n", "0\r\n\r\r\n",
        "0\r\nA: b\n\r\n", "0\r\nA: b\rC: d\r\n\r\n", "0\r\nA: b\u{0}\r\n\r\n", "0\r\nA: b\r\n c\r\n\r\n",
        "0\r\nA: b\r\n\rX", "0\r\nGET / HTTP/1.1\r\n\r\n", "0\r\nA\u{E9}: b\r\n\r\n", "0\r\n\rX",
        "0\r\n" + String(repeating: "A: b\r\n", count: 1500), "0\r\nA: " + String(repeating: "b", count: 9000),
        "0\r\n" + String(repeating: "a", count: 9000),
    ].map { Malformed($0, .malformedTrailer) }

    private static let forbidden: [Malformed] = [
        "Content-Length: 5", "TRANSFER-ENCODING: chunked", "Host: x", "Authorization: Basic YTpi", "Connection: close",
        "Luna-Account-Id: x", "X-Forwarded-For: x", "Content-Type: x/y", "Trailer: x", "TE: x", "Upgrade: x",
        "Content_Length: 5", "transfer.encoding: chunked", "A: b\r\nC: d\r\nHost: x",
    ].map { Malformed("0\r\n\($0)\r\n\r\n", .forbiddenTrailer) }

    private static let extensionGrammar: [Malformed] = [
        "5;\r\n", "5; \r\n", "5;;a\r\n", "5;a;\r\n", "5;=b\r\n", "5;a=\r\n", "5;a=;b\r\n", "5;a b\r\n", "5;a=b c\r\n",
        "5;a \r\n", "5;a=b \r\n", "5;a=\"b\" \r\n", "5;a=\"b\"c\r\n", "5;a=\"b\"\"c\"\r\n", "5;a=\"b\r\n",
        "5;a=\"b\\\r\n",
        "5;a=\"b\n\"\r\n", "5;a=\"b\r\n\"\r\n", "5;a=\"\u{0}\"\r\n", "5;a=\"\\\u{7F}\"\r\n", "5;a=b\"c\"\r\n",
        "5;bad[=x\r\n",
        "5;a=x]\r\n", "5;\u{E9}=x\r\n", "5;a=\u{E9}\r\n", "5;\"a\"=b\r\n", "5;a==b\r\n", "5;a,b\r\n",
    ].map { Malformed($0, .malformedChunk) }

    private static let extensions: [Malformed] = [
        Malformed("5;" + String(repeating: "a", count: 257), .malformedChunk),
        Malformed("5" + String(repeating: " ", count: 258), .malformedChunk),
        Malformed("5;" + String(repeating: "a;", count: 5000) + "\r\nhello", .malformedChunk),
    ]

    @Test(arguments: sizes + tooLong + delimiters + trailers + forbidden + extensionGrammar + extensions)
    func `A malformed body is refused, split anywhere or not`(_ row: Malformed) {
        let bytes = [UInt8](raw: row.message)
        let whole = ContentReading(.chunked, [bytes])
        #expect(whole.end == .refused(row.error))
        #expect(ContentReading(.chunked, bytes.map { [$0] }) == whole)
    }

    @Test func `An extension may be 256 bytes long`() {
        // The semicolon is one of them, the CR that ends the line another.
        let bytes = [UInt8](raw: "1;\(String(repeating: "a", count: 254))\r\nx\r\n0\r\n\r\n")
        #expect(ContentReading(.chunked, [bytes]).end == .finished)
        #expect(
            ContentReading(.chunked, [[UInt8](raw: "1;\(String(repeating: "a", count: 256))")]).end
                == .refused(.malformedChunk))
    }

    @Test func `Many tiny chunks are an attack, a few are not`() {
        let tiny = "1\r\nx\r\n"
        #expect(ContentReading(.chunked, [[UInt8](raw: String(repeating: tiny, count: 1000))]).end == .needMore)
        let attack = [[UInt8]](repeating: [UInt8](raw: String(repeating: tiny, count: 1000)), count: 20)
        #expect(ContentReading(.chunked, attack).end == .refused(.chunkOverhead))
        // As many chunks of an honest size are read.
        let honest = [UInt8](raw: String(repeating: "10\r\n0123456789abcdef\r\n", count: 1000))
        let long = ContentReading(.chunked, [[UInt8]](repeating: honest, count: 100))
        #expect(long.end == .needMore && long.content.count == 1_600_000)
        // Extensions weigh as much as any other framing.
        let padded = [UInt8](raw: String(repeating: "1;\(String(repeating: "a", count: 250))\r\nx\r\n", count: 300))
        #expect(ContentReading(.chunked, [padded]).end == .refused(.chunkOverhead))
    }
}
