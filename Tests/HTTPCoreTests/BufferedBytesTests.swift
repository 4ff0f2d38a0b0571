import HTTPCore
import Testing

/// What connections keep for later is counted, and no more of it is kept than is allowed.
struct BufferedBytesTests {
    private static func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n" }

    /// Asks until what the server keeps is that much; false where it never is.
    private static func keeps(_ server: TestServer, _ counts: ClosedRange<Int>) -> Bool {
        for round in 1...2000 {
            let before = server.journal.all.count { $0.hasPrefix("buffered ") }
            server.post(.count)
            while server.journal.all.count(where: { $0.hasPrefix("buffered ") }) == before {}
            let told = server.journal.all.last { $0.hasPrefix("buffered ") }?.dropFirst("buffered ".count)
            if let count = told.flatMap({ Int($0) }), counts.contains(count) { return true }
            if round == 2000 { break }
        }
        return false
    }

    private static func keeps(_ server: TestServer, _ count: Int) -> Bool { keeps(server, count...count) }

    /// What a loop lends for a head or two.
    private static let least = 2048

    @Test func `Half a head is kept until the client has gone`() throws {
        let server = try TestServer()
        #expect(Self.keeps(server, 0))
        let client = try server.client()
        client.send("GET / HTTP/1.1\r\n")
        // Memory counts, not what is in it.
        #expect(Self.keeps(server, Self.least))
        client.send("Host: h\r\n")
        #expect(Self.keeps(server, Self.least))
        let other = try server.client()
        other.send("G")
        #expect(Self.keeps(server, 2 * Self.least))
        client.send(String(repeating: "a: \(String(repeating: "b", count: 96))\r\n", count: 40))
        #expect(Self.keeps(server, Self.least + 4000...3 * 4096 + Self.least))
        client.reset()
        #expect(Self.keeps(server, Self.least))
        other.finish()
        #expect(Self.keeps(server, 0))
    }

    @Test func `Output that waits is counted until it is taken`() throws {
        let server = try TestServer()
        let client = try server.client(receiveBuffer: 4096)
        client.send(Self.get("/burst"))
        #expect(server.journal.has("finished"))
        server.post(.count)
        #expect(server.journal.has("finished"))
        #expect(!Self.keepsNothing(server))
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(EchoExchange.bigSize)\r\n\r\n".utf8.count
        #expect(client.skip(head + EchoExchange.bigSize) == head + EchoExchange.bigSize)
        #expect(Self.keeps(server, 0))
    }

    private static func keepsNothing(_ server: TestServer) -> Bool {
        let before = server.journal.all.count { $0.hasPrefix("buffered ") }
        server.post(.count)
        while server.journal.all.count(where: { $0.hasPrefix("buffered ") }) == before {}
        return server.journal.all.last { $0.hasPrefix("buffered ") } == "buffered 0"
    }

    @Test func `What was served keeps nothing`() throws {
        let server = try TestServer()
        let client = try server.client()
        for path in ["/a", "/chunked", "/chunked/big", "/interim"] {
            client.send(Self.get(path))
            _ = client.read(40)
        }
        client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
        #expect(server.journal.has("end"))
        #expect(Self.keeps(server, 0))
    }

    @Test(arguments: [100, 1000, 16384])
    func `Requests are read ahead up to the bound, and all of them are answered in the end`(_ bound: Int) throws {
        let server = try TestServer { $0.readAheadMaximum = bound }
        let client = try server.client()
        client.send(Self.get("/hold"))
        #expect(server.journal.has("held"))
        let count = 2 * bound / Self.get("/x").utf8.count
        client.send(String(repeating: Self.get("/x"), count: count))
        // Memory may have room for as much again.
        let kept = bound...max(2 * bound, 16384)
        #expect(Self.keeps(server, kept))
        client.send(Self.get("/last"))
        #expect(Self.keeps(server, kept))
        server.post(.resume)
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nGET /x "
        let held = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nGET /hold "
        let last = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nGET /last "
        let expected = held + String(repeating: answer, count: count) + last
        #expect(client.read(expected.utf8.count) == expected)
        #expect(Self.keeps(server, 0))
    }

    // MARK: Whoever holds, pays

    /// Strangers may keep 64 KiB, and so may one guest.
    private static func bounded() throws -> TestServer {
        try TestServer(bounds: BufferBounds(total: 1 << 18)) { $0.readAheadMaximum = 1 << 20 }
    }

    private static let halfHead = "GET / HTTP/1.1\r\nHost: h\r\na: \(String(repeating: "b", count: 7000))"

    @Test func `Of strangers the oldest is let go, and told so`() throws {
        let server = try Self.bounded()
        var clients: [TestClient] = []
        for count in 1...12 {
            let client = try server.client()
            client.send(Self.halfHead)
            clients.append(client)
            if count <= 8 { #expect(Self.keeps(server, 7000 * count...8192 * count)) }
        }
        #expect(server.journal.has("overloaded", count: 3))
        #expect(
            clients[0].readToEnd().text
                == "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfull")
        let youngest = clients[11]
        youngest.send("\r\n\r\n")
        #expect(youngest.read(15) == "HTTP/1.1 200 OK")
        #expect(Self.keeps(server, 0...1 << 16))
    }

    @Test func `What is held before a decision is let go, too`() throws {
        let server = try Self.bounded()
        let client = try server.client()
        client.send(Self.get("/hold"))
        #expect(server.journal.has("held"))
        client.send(String(repeating: Self.get("/x"), count: 5000))
        #expect(server.journal.has("overloaded"))
        #expect(client.readToEnd().text.hasPrefix("HTTP/1.1 503 "))
        #expect(Self.keeps(server, 0))
        let other = try server.client()
        other.send(Self.get("/a"))
        #expect(other.read(15) == "HTTP/1.1 200 OK")
    }
}
