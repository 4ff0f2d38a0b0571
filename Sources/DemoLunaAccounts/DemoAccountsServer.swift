package import HTTPCore

/// The demo on the network: one loop, one listener, the accounts, and a count of questions.
package final class DemoAccountsServer {
    private let loop: EventLoop
    private let listener: Listener

    /// Where it listens, with the port that the system chose where 0 was asked for.
    package let origin: String

    /// Listens from now on; clients are served once it runs.
    package init(_ options: DemoAccountsOptions, _ accounts: DemoAccounts) throws(SystemError) {
        let socket = try ListeningSocket(host: options.host, port: Int(options.port))
        origin = "http://\(socket.address.description)"
        let loop = try EventLoop()
        let service = DemoAccountsService(
            accounts, delay: Interval(.milliseconds(options.delay)), failAfter: options.failAfter)
        var settings = ServerSettings()
        settings.contentMaximum = 65536
        let terms = ServerTerms(settings)
        let exchanges = PlainExchangeLender { DemoAccountsExchange(loop: loop, service: service) }
        listener = Listener(socket, loop: loop) { descriptor, peer in
            // The loop keeps it for as long as it is open.
            _ = HTTP1Connection(
                descriptor: descriptor, peer: peer, loop: loop, terms: terms, lender: exchanges)
        }
        self.loop = loop
    }

    /// Serves on the calling thread, for as long as the process lives.
    package func run() -> Never {
        while true { loop.run() }
    }
}
