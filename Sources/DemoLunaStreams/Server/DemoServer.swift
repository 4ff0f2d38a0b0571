package import HTTPCore

/// The demo on the network: one loop, one listener, one service.
package final class DemoServer {
    private let loop: EventLoop
    private let listener: Listener

    /// Where it listens, `http://127.0.0.1:5160`, with the port that the system chose where 0 was asked for.
    package let origin: String

    /// Listens from now on; clients are served once it runs.
    package init(_ options: DemoOptions) throws(SystemError) {
        let socket = try ListeningSocket(host: options.host, port: Int(options.port))
        let origin = "http://\(socket.address.description)"
        let service = LunaStreams(origin: origin)
        if let account = options.seedAccount { Self.addSeeds(to: service, account: account) }

        let loop = try EventLoop()
        var settings = ServerSettings()
        settings.contentMaximum = LunaStreams.contentLimit
        let terms = ServerTerms(settings)
        let exchanges = PlainExchangeLender { DemoExchange(loop: loop, service: service) }
        listener = Listener(socket, loop: loop) { descriptor, peer in
            // The loop keeps it for as long as it is open.
            _ = HTTP1Connection(
                descriptor: descriptor, peer: peer, loop: loop, terms: terms, lender: exchanges)
        }
        self.loop = loop
        self.origin = origin
    }

    private static func addSeeds(to service: LunaStreams, account: UniqueID) {
        do {
            try SeedStreams.add(to: service, account: account, now: .now)
        } catch {
            preconditionFailure("the seed streams are valid: \(error.detail)")
        }
    }

    /// Serves on the calling thread, for as long as the process lives.
    package func run() -> Never {
        while true { loop.run() }
    }
}
