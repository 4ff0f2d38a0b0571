import HTTPCore
import Testing

/// One request after the other: framing of answers, persistence, order.
struct HTTP1ConnectionTests {
    private static func answer(_ content: String, fields: String = "") -> String {
        "HTTP/1.1 200 OK\r\nContent-Length: \(content.utf8.count)\r\n\(fields)\r\n\(content)"
    }

    private static let close = "Connection: close\r\n"
    private static let keepAlive = "Connection: keep-alive\r\n"

    private static func get(_ path: String, version: String = "1.1", fields: String = "") -> String {
        "GET \(path) HTTP/\(version)\r\nHost: h\r\n\(fields)\r\n"
    }

    struct Exchange: Sendable, CustomTestStringConvertible {
        let request: String
        let answer: String
        var testDescription: String { request.debugDescription }

        init(_ request: String, _ answer: String) {
            self.request = request
            self.answer = answer
        }
    }

    /// After each of these another request is served.
    private static let persistent: [Exchange] = [
        Exchange(get("/a"), answer("GET /a ")),
        Exchange(get("/a", fields: "Connection: keep-alive\r\n"), answer("GET /a ")),
        Exchange(get("/a", version: "1.0", fields: "Connection: keep-alive\r\n"), answer("GET /a ", fields: keepAlive)),
        Exchange("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n"),
        Exchange("HEAD /chunked HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"),
        Exchange(get("/empty"), "HTTP/1.1 204 No Content\r\n\r\n"),
        Exchange(
            get("/chunked"),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n"),
        Exchange(
            get("/interim"), "HTTP/1.1 103 Unknown\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfinal"),
        Exchange(get("/interim", version: "1.0", fields: keepAlive), answer("final", fields: keepAlive)),
        Exchange("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", answer("POST /a hello")),
        Exchange(
            "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x\r\nlo\r\n0\r\nA: b\r\n\r\n",
            answer("POST /a hello")),
        Exchange("GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", answer("GET /a hello")),
        Exchange("\r\n\(get("/a"))", answer("GET /a ")),
        // Content that the answer did not wait for is read and dropped.
        Exchange("POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", answer("early")),
        Exchange(
            "POST /early HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            answer("early")),
        // The answer comes with the last byte of content, before its end is told.
        Exchange("POST /eager HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", answer("POST /eager hello")),
        Exchange("POST /pause HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", answer("POST /pause hello")),
    ]

    @Test(arguments: persistent)
    func `The connection serves another request`(_ row: Exchange) throws {
        let server = try TestServer()
        let client = try server.client()
        for _ in 0..<2 {
            client.send(row.request)
            #expect(client.read(row.answer.utf8.count) == row.answer)
        }
    }

    /// Of content in chunks that has not come yet nobody knows how much there will be: an early answer is the last one then.
    static let inAnyPieces = persistent.filter { !$0.request.contains("/early") || !$0.request.contains("chunked") }

    @Test(arguments: inAnyPieces)
    func `A byte at a time makes no difference`(_ row: Exchange) throws {
        let server = try TestServer()
        let client = try server.client()
        for byte in row.request.utf8 { client.send([byte]) }
        client.send(Self.get("/last"))
        let expected = row.answer + Self.answer("GET /last ")
        #expect(client.read(expected.utf8.count) == expected)
    }

    @Test func `Pipelined requests are answered in order`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send(Self.persistent.map(\.request).joined() + Self.get("/last", fields: Self.close))
        let expected = Self.persistent.map(\.answer).joined() + Self.answer("GET /last ", fields: Self.close)
        let (text, end) = client.readToEnd()
        #expect(text == expected)
        #expect(end == .closed)
    }

    @Test func `A request waits for the one before it`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send(Self.get("/hold") + Self.get("/after"))
        #expect(server.journal.has("held"))
        server.post(.resume)
        let expected = Self.answer("GET /hold ") + Self.answer("GET /after ")
        #expect(client.read(expected.utf8.count) == expected)
    }

    private static let last: [Exchange] = [
        Exchange(get("/a", fields: close), answer("GET /a ", fields: close)),
        Exchange(get("/a", version: "1.0"), answer("GET /a ", fields: close)),
        Exchange(get("/chunked", version: "1.0"), "HTTP/1.1 200 OK\r\n\(close)\r\nhello world"),
        Exchange(get("/chunked", version: "1.0", fields: keepAlive), "HTTP/1.1 200 OK\r\n\(close)\r\nhello world"),
        Exchange(get("/empty", fields: close), "HTTP/1.1 204 No Content\r\n\(close)\r\n"),
        // More content than is worth reading.
        Exchange(
            "POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nhello", answer("early", fields: close)),
        // Nobody knows whether this content will come.
        Exchange(
            "POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
            answer("early", fields: close)),
    ]

    @Test(arguments: last)
    func `The connection ends after this answer`(_ row: Exchange) throws {
        let server = try TestServer()
        let client = try server.client()
        client.send(row.request)
        let (text, end) = client.readToEnd()
        #expect(text == row.answer)
        #expect(end == .closed)
    }

    // MARK: 100

    @Test func `Who waits for 100 gets it, once`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("POST /continue HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        let interim = "HTTP/1.1 100 Continue\r\n\r\n"
        #expect(client.read(interim.utf8.count) == interim)
        client.send("hello")
        let expected = Self.answer("POST /continue hello")
        #expect(client.read(expected.utf8.count) == expected)
    }

    @Test(arguments: ["1.1", "1.0"])
    func `Who does not wait gets none`(_ version: String) throws {
        let server = try TestServer()
        let client = try server.client()
        let expect = version == "1.0" ? "Expect: 100-continue\r\n" : ""
        client.send("POST /continue HTTP/\(version)\r\nHost: h\r\n\(expect)Content-Length: 5\r\n\(Self.close)\r\nhello")
        #expect(client.readToEnd().text == Self.answer("POST /continue hello", fields: Self.close))
    }

    // MARK: Refusals

    @Test(arguments: [
        (request: "GET / HTTP/1.1\r\n\r\n", status: 400, reason: "missing_host"),
        (request: "GET / HTTP/2.0\r\n\r\n", status: 505, reason: "unsupported_version"),
        (request: "GET / HTTP/1.1\nHost: h\n\n", status: 400, reason: "bare_lf"),
        (request: "\u{16}\u{3}\u{1}", status: 400, reason: "bad_request_line"),
        (request: "\n", status: 400, reason: "bare_lf"),
        (
            request: "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n", status: 413,
            reason: "content_too_long"
        ),
        (
            request: "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n", status: 413,
            reason: "content_too_long"
        ),
        (
            request: "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nX", status: 400,
            reason: "bad_chunk"
        ),
        (request: "GET /\(String(repeating: "a", count: 9000))", status: 414, reason: "start_line_too_long"),
    ])
    func `After a request that can't be read there is one answer and the end`(
        _ row: (request: String, status: Int, reason: String)
    ) throws {
        let server = try TestServer { $0.contentMaximum = 1_000_000 }
        let client = try server.client()
        client.send(Self.get("/a") + row.request + Self.get("/never"))
        let (text, end) = client.readToEnd()
        #expect(text.hasPrefix(Self.answer("GET /a ") + "HTTP/1.1 \(row.status) "))
        #expect(text.hasSuffix("\(Self.close)\r\n\(row.reason)"))
        #expect(end == .closed)
        #expect(!text.contains("never"))
    }

    @Test func `A malformed chunk after the answer ends the connection without another`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("POST /early HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nX" + Self.get("/never"))
        let (text, end) = client.readToEnd()
        #expect(text == Self.answer("early", fields: Self.close))
        #expect(end == .closed)
    }
}
