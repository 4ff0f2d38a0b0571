import HTTPCore
import Testing

/// What connections keep for later is counted, and no more of it is kept than is allowed.
struct BufferedBytesTests {
    private static func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n" }

    /// Asks until the server keeps exactly that much; false where it never does.
    private static func keeps(_ server: TestServer, _ count: Int) -> Bool {
        for round in 1...2000 {
            let before = server.journal.all.count { $0.hasPrefix("buffered ") }
            server.post(.count)
            while server.journal.all.count(where: { $0.hasPrefix("buffered ") }) == before {}
            if server.journal.all.last(where: { $0.hasPrefix("buffered ") }) == "buffered \(count)" { return true }
            if round == 2000 { break }
        }
        return false
    }

    @Test func `Half a head is kept until the client has gone`() throws {
        let server = try TestServer()
        #expect(Self.keeps(server, 0))
        let client = try server.client()
        client.send("GET / HTTP/1.1\r\n")
        #expect(Self.keeps(server, 16))
        client.send("Host: h\r\n")
        #expect(Self.keeps(server, 25))
        let other = try server.client()
        other.send("G")
        #expect(Self.keeps(server, 26))
        client.reset()
        #expect(Self.keeps(server, 1))
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
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(EchoConnection.bigSize)\r\n\r\n".utf8.count
        #expect(client.skip(head + EchoConnection.bigSize) == head + EchoConnection.bigSize)
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
        #expect(Self.keeps(server, bound))
        client.send(Self.get("/last"))
        #expect(Self.keeps(server, bound))
        server.post(.resume)
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nGET /x "
        let held = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nGET /hold "
        let last = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nGET /last "
        let expected = held + String(repeating: answer, count: count) + last
        #expect(client.read(expected.utf8.count) == expected)
        #expect(Self.keeps(server, 0))
    }
}
