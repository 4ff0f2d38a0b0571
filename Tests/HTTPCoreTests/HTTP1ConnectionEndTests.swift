import HTTPCore
import Testing

/// How connections end, and what a slow or vanishing client can do.
struct HTTP1ConnectionEndTests {
    private static func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n" }

    private static func bigHead(_ fields: String = "") -> String {
        "HTTP/1.1 200 OK\r\nContent-Length: \(EchoExchange.bigSize)\r\n\(fields)\r\n"
    }

    // MARK: Closing

    @Test func `What is still sent does not reset the answer being read`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n")
        client.send([UInt8](repeating: 0x61, count: 500_000))
        let (text, end) = client.readToEnd()
        #expect(text == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nearly")
        #expect(end == .closed)
        // We listen on until the client has closed too.
        #expect(client.send("more"))
        client.finish()
        #expect(server.journal.has("completed"))
    }

    @Test func `Too much content to drop ends the connection`() throws {
        let server = try TestServer { $0.drainMaximum = 1000 }
        let client = try server.client()
        client.send("POST /early HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        client.send("7d0\r\n" + String(repeating: "a", count: 2000) + "\r\n0\r\n\r\n" + Self.get("/never"))
        let (text, end) = client.readToEnd()
        #expect(text == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nearly")
        #expect(end == .closed)
    }

    @Test func `A client that lingers is let go`() throws {
        let server = try TestServer { $0.lingerTimeout = Interval(.milliseconds(20)) }
        let client = try server.client()
        client.send("GET / HTTP/1.1\r\n\r\n")
        _ = client.readToEnd()
        #expect(server.journal.has("completed"))
    }

    @Test func `Half an answer is cut, never ended`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send(Self.get("/cut"))
        let (text, end) = client.readToEnd()
        #expect("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello".hasPrefix(text))
        #expect(end == .reset)
        #expect(server.journal.has("aborted"))
    }

    @Test func `A client that resets is noticed while its request is held`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send(Self.get("/hold"))
        #expect(server.journal.has("held"))
        client.reset()
        #expect(server.journal.has("clientGone"))
    }

    // MARK: Half-close

    @Test func `A client that has finished sending is still answered, all it asked`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send(Self.get("/hold") + Self.get("/after"))
        client.finish()
        #expect(server.journal.has("held"))
        server.post(.resume)
        let (text, end) = client.readToEnd()
        #expect(text.contains("GET /hold ") && text.contains("GET /after "))
        #expect(end == .closed)
    }

    @Test func `A big answer to such a client comes whole`() throws {
        let server = try TestServer()
        let client = try server.client(receiveBuffer: 4096)
        client.send(Self.get("/burst"))
        // The answer is complete as far as the server is concerned; most of it waits.
        #expect(server.journal.has("finished"))
        client.finish()
        let (text, end) = client.readToEnd()
        #expect(text.utf8.count == Self.bigHead().utf8.count + EchoExchange.bigSize)
        #expect(end == .closed)
    }

    @Test func `So do two, of which the second waits for the first to be taken`() throws {
        let server = try TestServer()
        let client = try server.client(receiveBuffer: 4096)
        client.send(Self.get("/burst") + Self.get("/burst"))
        #expect(server.journal.has("finished"))
        client.finish()
        let size = 2 * (Self.bigHead().utf8.count + EchoExchange.bigSize)
        #expect(client.skip(size + 1) == size)
        #expect(server.journal.has("completed"))
    }

    @Test(arguments: ["GET / HT", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel", ""])
    func `Half a request followed by the end is no request`(_ half: String) throws {
        let server = try TestServer()
        let client = try server.client()
        client.send(half)
        client.finish()
        #expect(client.readToEnd().text.isEmpty)
        #expect(server.journal.has(half.isEmpty ? "completed" : "clientGone"))
        #expect(!server.journal.all.contains("end"))
    }

    @Test func `Half of the content, held back when the client finished, is no request either`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("POST /stall HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhello")
        client.finish()
        #expect(server.journal.has("clientGone"))
        #expect(server.journal.all == ["deadline", "content", "clientGone"])
        #expect(client.readToEnd().text.isEmpty)
    }

    // MARK: Slow clients

    @Test func `A slow reader holds its own answer up, and gets all of it`() throws {
        let server = try TestServer()
        let client = try server.client(receiveBuffer: 4096)
        client.send(Self.get("/big") + Self.get("/after"))
        #expect(server.journal.has("pending"))
        #expect(client.read(Self.bigHead().utf8.count) == Self.bigHead())
        #expect(client.skip(EchoExchange.bigSize) == EchoExchange.bigSize)
        #expect(server.journal.has("drained"))
        let after = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nGET /after "
        #expect(client.read(after.utf8.count) == after)
    }

    @Test func `A client that takes nothing is let go in time`() throws {
        let server = try TestServer { $0.sendTimeout = Interval(.milliseconds(50)) }
        let client = try server.client(receiveBuffer: 4096)
        client.send(Self.get("/big"))
        #expect(server.journal.has("timedOut"))
    }

    @Test func `Big chunks are framed as small ones`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send(Self.get("/chunked/big"))
        let content = String(repeating: "a", count: 5000)
        let expected = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n\(content)\r\n0\r\n\r\n"
        #expect(client.read(expected.utf8.count) == expected)
    }

    // MARK: Time

    /// Not even after HEAD is its content left out: nobody knows the method.
    @Test(arguments: [
        "GET / HTTP/1.1\r\n", "G", "GET /first HTTP/1.1\r\nHost: h\r\n\r\nGET /second HTTP/1.1\r\nHo",
        "HEAD /early HTTP/1.1\r\nHost: h\r\n\r\nG",
    ])
    func `A head that does not come in time is told so, and the connection ends`(_ half: String) throws {
        let server = try TestServer { $0.headTimeout = Interval(.milliseconds(50)) }
        let client = try server.client()
        client.send(half)
        let (text, end) = client.readToEnd()
        #expect(
            text.hasSuffix(
                "HTTP/1.1 408 Request Timeout\r\nContent-Length: 13\r\nConnection: close\r\n\r\nhead_too_slow"))
        #expect(text.contains("GET /first ") == half.contains("/first"))
        #expect(end == .closed)
    }

    @Test(arguments: ["", "\r\n"])
    func `A new connection that says nothing is closed`(_ nothing: String) throws {
        let server = try TestServer { $0.firstByteTimeout = Interval(.milliseconds(50)) }
        let client = try server.client()
        client.send(nothing)
        #expect(client.readToEnd() == ("", .closed))
        #expect(server.journal.has("completed"))
    }

    @Test func `A head that trickles has one time for all of it`() throws {
        let server = try TestServer { $0.headTimeout = Interval(.milliseconds(300)) }
        let client = try server.client()
        client.send("GET / HTTP/1.1\r\n")
        // Another connection of the same server tells when a part of the time has passed.
        var lines = 0
        while !server.journal.all.contains("head_too_slow"), lines < 1000 {
            client.send("X: y\r\n")
            lines += 1
            let clock = try server.client()
            clock.send("POST /stall HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx")
            _ = clock.read(60)
        }
        #expect(server.journal.has("head_too_slow"))
        #expect(lines < 10)
    }

    @Test func `An idle connection ends in time`() throws {
        let server = try TestServer { $0.keepAliveTimeout = Interval(.milliseconds(50)) }
        let client = try server.client()
        client.send(Self.get("/a"))
        let (text, end) = client.readToEnd()
        #expect(text.hasSuffix("GET /a "))
        #expect(end == .closed)
    }

    @Test func `A connection whose answer is still being taken is not idle`() throws {
        let server = try TestServer { $0.keepAliveTimeout = Interval(.milliseconds(50)) }
        let client = try server.client(receiveBuffer: 4096)
        client.send(Self.get("/burst"))
        #expect(server.journal.has("finished"))
        // Another connection of the same server tells when the idle time has passed.
        for _ in 0..<2 {
            let clock = try server.client()
            clock.send(Self.get("/a"))
            #expect(clock.readToEnd().end == .closed)
        }
        let size = Self.bigHead().utf8.count + EchoExchange.bigSize
        #expect(client.skip(size) == size)
        #expect(client.readToEnd().end == .closed)
    }

    private static let slowAnswer = "HTTP/1.1 408 Request Timeout\r\nContent-Length: "

    @Test func `Content that stops coming is told so, and the connection ends`() throws {
        let server = try TestServer { $0.pace.silence = Interval(.milliseconds(50)) }
        let client = try server.client()
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel")
        let (text, end) = client.readToEnd()
        #expect(text == Self.slowAnswer + "15\r\nConnection: close\r\n\r\ncontent_stalled")
        #expect(end == .closed)
        #expect(!server.journal.all.contains("end"))
    }

    @Test func `Content below the least rate is told so, and the connection ends`() throws {
        let server = try TestServer {
            $0.pace.rate = 1000
            $0.pace.window = Interval(.milliseconds(50))
            $0.pace.grace = Interval(.milliseconds(10))
        }
        let client = try server.client()
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n" + String(repeating: "a", count: 49))
        let (text, end) = client.readToEnd()
        #expect(text == Self.slowAnswer + "16\r\nConnection: close\r\n\r\ncontent_too_slow")
        #expect(end == .closed)
    }

    @Test func `Content that stops after half the answer cuts the connection`() throws {
        let server = try TestServer { $0.pace.silence = Interval(.milliseconds(50)) }
        let client = try server.client(receiveBuffer: 4096)
        client.send("POST /half HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel")
        let (text, end) = client.readToEnd()
        #expect("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello".hasPrefix(text))
        #expect(end == .reset)
    }

    @Test func `A client that we don't listen to is not called silent`() throws {
        let server = try TestServer { $0.pace.silence = Interval(.milliseconds(50)) }
        let client = try server.client()
        client.send("POST /stall HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
        let expected = "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\nPOST /stall hello"
        #expect(client.read(expected.utf8.count) == expected)
        #expect(server.journal.has("deadline"))
    }

    // MARK: The server's end

    @Test func `An idle connection closes when the server ends`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send(Self.get("/a"))
        _ = client.read(10)
        server.post(.drain)
        #expect(client.readToEnd().end == .closed)
    }

    @Test func `A request at hand is answered as the last one when the server ends`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send(Self.get("/hold"))
        #expect(server.journal.has("held"))
        server.post(.drain)
        server.post(.resume)
        let (text, end) = client.readToEnd()
        #expect(text == "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nGET /hold ")
        #expect(end == .closed)
    }

    @Test func `An answer that waits for its reader still comes whole when the server ends`() throws {
        let server = try TestServer()
        let client = try server.client(receiveBuffer: 4096)
        client.send(Self.get("/burst"))
        #expect(server.journal.has("finished"))
        server.post(.drain)
        let (text, end) = client.readToEnd()
        #expect(text.utf8.count == Self.bigHead().utf8.count + EchoExchange.bigSize)
        #expect(end == .closed)
    }

    // MARK: Unread content and tunnels

    @Test func `Content held back when the answer comes is dropped, and the connection goes on`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send("POST /early/pending HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello" + Self.get("/after"))
        #expect(server.journal.has("held"))
        server.post(.resume)
        let early = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly"
        #expect(client.read(early.utf8.count) == early)
        #expect(client.read(50).hasSuffix("GET /after "))
    }

    @Test func `A tunnel carries bytes both ways, those sent ahead too`() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send(Self.get("/tunnel") + "ahead")
        let head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"
        #expect(client.read(head.utf8.count + 5) == head + "ahead")
        client.send(Self.get("/no-request"))
        #expect(client.read(Self.get("/no-request").utf8.count) == Self.get("/no-request"))
    }
}
