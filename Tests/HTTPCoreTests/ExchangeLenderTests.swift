import Glibc
import HTTPCore
import Testing

struct ExchangeLenderTests {
    private final class Exchanges: ExchangeLender {
        let loop: EventLoop
        var made = 0
        var gone = 0

        init(loop: EventLoop) {
            self.loop = loop
            super.init()
        }

        override func makeExchange() -> ServerExchange {
            made += 1
            return Exchange(self, loop: loop)
        }

        override func closed(_ connection: ClientTransport, _ end: ClientEnd) { gone += 1 }
    }

    /// Answers at once; what has `/wait` as its path is answered when somebody says so.
    private final class Exchange: ServerExchange {
        unowned let exchanges: Exchanges
        var returns = 0

        init(_ exchanges: Exchanges, loop: EventLoop) {
            self.exchanges = exchanges
            super.init(loop: loop)
        }

        override func received(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> Bool {
            if head.path.count == 1 { answer() }
            return true
        }

        func answer() { respond(status: 200, content: [UInt8]().span) { _ in } }

        override func returned() { returns += 1 }
    }

    /// A server and its clients, at the other ends of socket pairs.
    private final class House {
        let loop: EventLoop
        let exchanges: Exchanges
        var connections: [HTTP1Connection] = []
        var clients: [Int32] = []

        init(clients count: Int) throws {
            loop = try EventLoop()
            exchanges = Exchanges(loop: loop)
            for _ in 0..<count {
                let (server, client) = try #require(SocketPair.open())
                clients.append(client)
                connections.append(
                    HTTP1Connection(
                        descriptor: server, peer: .none, loop: loop, terms: ServerTerms(ServerSettings()),
                        lender: exchanges))
            }
        }

        func send(_ text: String, of client: Int) {
            _ = SystemCall.send(clients[client], Array(text.utf8).span)
            loop.turn()
        }

        /// The exchange that a client's connection has.
        func exchange(of client: Int) -> Exchange? {
            var found: Exchange?
            connections[client].visit { found = $0 as? Exchange }
            return found
        }

        deinit {
            for connection in connections { connection.abort() }
            for client in clients { close(client) }
        }
    }

    private static func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n" }

    @Test func `An exchange is lent with the first byte and goes back with the answer`() throws {
        let house = try House(clients: 1)
        #expect(house.exchanges.made == 0)
        house.send("G", of: 0)
        #expect(house.exchange(of: 0) != nil)
        house.send(String(Self.get("/").dropFirst()), of: 0)
        #expect(house.exchange(of: 0) == nil)
        #expect(house.connections[0].idleSince != nil)
    }

    @Test func `Clients that ask one after the other share one exchange`() throws {
        let house = try House(clients: 3)
        for _ in 0..<5 {
            for client in 0..<3 { house.send(Self.get("/"), of: client) }
        }
        #expect(house.exchanges.made == 1)
    }

    @Test func `Requests in one piece share one exchange`() throws {
        let house = try House(clients: 1)
        house.send(String(repeating: Self.get("/"), count: 20), of: 0)
        #expect(house.exchanges.made == 1)
    }

    @Test func `Clients that ask at once have an exchange each`() throws {
        let house = try House(clients: 3)
        for client in 0..<3 { house.send(Self.get("/wait"), of: client) }
        #expect(house.exchanges.made == 3)
        let waiting = (0..<3).compactMap { house.exchange(of: $0) }
        #expect(Set(waiting.map(ObjectIdentifier.init)).count == 3)
    }

    @Test func `An exchange that somebody still refers to is not lent again`() throws {
        let house = try House(clients: 2)
        house.send(Self.get("/wait"), of: 0)
        // Somebody who will tell it something later, as a password's verdict is.
        let kept = try #require(house.exchange(of: 0))
        house.connections[0].abort()
        #expect(kept.isClosed)
        #expect(kept.returns == 1)
        for _ in 0..<3 {
            house.send(Self.get("/wait"), of: 1)
            let other = try #require(house.exchange(of: 1))
            #expect(other !== kept)
            other.answer()
            other.update()
        }
        // What it is told now reaches nobody.
        kept.answer()
        #expect(house.exchanges.gone == 1)
    }

    @Test func `It is lent again once nobody does`() throws {
        let house = try House(clients: 2)
        house.send(Self.get("/wait"), of: 0)
        var kept = house.exchange(of: 0)
        house.connections[0].abort()
        house.send(Self.get("/"), of: 1)
        #expect(house.exchanges.made == 2)
        #expect(kept?.isClosed == true)
        kept = nil
        house.send(Self.get("/wait"), of: 1)
        #expect(house.exchange(of: 1) != nil)
        #expect(house.exchanges.made == 2)
    }
}

private enum SocketPair {
    /// Two connected sockets that do not block; nil where there are none.
    static func open() -> (Int32, Int32)? {
        var numbers: [Int32] = [0, 0]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        return socketpair(AF_UNIX, type, 0, &numbers) == 0 ? (numbers[0], numbers[1]) : nil
    }
}
