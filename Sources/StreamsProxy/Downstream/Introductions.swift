import HTTPCore

/// The connections of a worker's trusted proxies that have yet to say whose they are.
final class Introductions {
    private static let noteInterval = Interval(.seconds(60))

    private let loop: EventLoop
    /// Takes a client over.
    private let welcome: (Int32, SocketAddress) -> Void
    /// Told of each that ends without a client, and why where it was refused.
    private let ended: (ProxyHeader.Fault?) -> Void
    private var all: [ObjectIdentifier: Introduction] = [:]
    private var nextNote = Instant(nanoseconds: .min)

    init(
        loop: EventLoop, welcome: @escaping (Int32, SocketAddress) -> Void,
        ended: @escaping (ProxyHeader.Fault?) -> Void
    ) {
        self.loop = loop
        self.welcome = welcome
        self.ended = ended
    }

    var count: Int { all.count }

    func begin(_ descriptor: Int32, _ peer: SocketAddress, patience: Interval) {
        let introduction = Introduction(descriptor: descriptor, peer: peer, loop: loop, patience: patience) {
            [unowned self] introduction, outcome in
            all[ObjectIdentifier(introduction)] = nil
            switch outcome {
            case .client(let descriptor, let client): welcome(descriptor, client)
            case .gone: ended(nil)
            case .refused(let fault):
                note(fault, introduction.peer)
                ended(fault)
            }
        }
        all[ObjectIdentifier(introduction)] = introduction
    }

    /// The worker ends: whoever has a client on its way says so within a round trip.
    func hurry(_ patience: Interval) {
        for introduction in all.values { introduction.hurry(patience) }
    }

    func closeAll() {
        for introduction in Array(all.values) { introduction.abandon() }
    }

    /// Once a minute: each health check of a balancer that is not set up as we are would be one.
    private func note(_ fault: ProxyHeader.Fault, _ peer: SocketAddress) {
        guard nextNote <= loop.now else { return }
        nextNote = loop.now.advanced(by: Self.noteInterval)
        let what =
            switch fault {
            case .absent: "does not begin with a PROXY header"
            case .malformed: "begins with a PROXY header that can't be read, or is not whole"
            case .tooLong: "begins with a PROXY header of more than \(ProxyHeader.maximumLength) bytes"
            case .checksum: "begins with a PROXY header whose checksum is wrong"
            }
        OperatorNotes.write(
            .warning, of: .operator,
            "a connection of \(String(decoding: peer.address, as: UTF8.self)), one of TRUSTED_PROXIES, \(what): closed",
            advice: "have it send one (HAProxy: send-proxy-v2, nginx: proxy_protocol on), or set PROXY_PROTOCOL to off")
    }
}
