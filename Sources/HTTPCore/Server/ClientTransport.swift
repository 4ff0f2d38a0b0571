import Glibc

/// One accepted client socket, whatever is spoken on it: bytes in and out, through TLS or as they are. What the bytes mean is
/// its subclass's affair.
public class ClientTransport: EventSource {
    private(set) final var serverTerms: ServerTerms
    package final let peer: SocketAddress
    /// Whether the client speaks TLS.
    package final let isSecure: Bool
    final var channel: ClientChannel
    /// Who has exchanges for what comes, and hears of the end.
    final let lender: ExchangeLender

    /// Where it stands among the clients of whoever counts them.
    package final var place = 0
    /// How many had come before it.
    package final var arrival = 0

    /// Bytes that the socket has given and taken so far.
    private(set) final var receivedBytes = 0
    private(set) final var sentBytes = 0

    /// Takes over an accepted descriptor; with an `identity` it speaks TLS.
    init(
        descriptor: Int32, peer: SocketAddress, loop: EventLoop, terms: ServerTerms, identity: TLSIdentity?,
        lender: ExchangeLender
    ) {
        serverTerms = terms
        self.peer = peer
        isSecure = identity != nil
        channel = identity.map { .secure($0.session(descriptor: descriptor)) } ?? .plain
        self.lender = lender
        super.init(descriptor: descriptor, loop: loop)
    }

    /// From here on these bounds hold. A time that runs already ends by those before.
    package final func adopt(_ terms: ServerTerms) {
        serverTerms = terms
    }

    package final var settings: ServerSettings { serverTerms.settings }

    package final var bytesReceived: Int { receivedBytes }
    package final var bytesSent: Int { sentBytes }

    // MARK: Bytes

    /// Reads what there is, `limit` bytes at most where they come as they are.
    final func read(into buffer: inout [UInt8], limit: Int) -> IOResult {
        let result =
            switch channel {
            case .plain: SystemCall.receive(descriptor, into: &buffer, limit: limit)
            case .secure(let session): receive(through: session, into: &buffer)
            }
        if case .bytes(let count) = result { receivedBytes += count }
        return result
    }

    /// Sends what waits for `exchange`'s client, then `content` and `closing`; what the socket does not take stays with it.
    final func transmit(_ content: Span<UInt8>, closing: Span<UInt8>, of exchange: ServerExchange) -> IOResult {
        let result =
            switch channel {
            case .plain: exchange.output.send(to: descriptor, content, closing: closing, memory: memory)
            case .secure(let session): transmit(content, closing: closing, of: exchange, through: session)
            }
        if case .bytes(let count) = result { sentBytes += count }
        return result
    }

    final func boundKernelBuffer(_ count: Int32) {
        var size = count
        _ = setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    // MARK: What every kind of connection can do

    /// Visits the exchanges that are under way.
    package func visit(_ body: (ServerExchange) -> Void) {
        preconditionFailure("every kind of connection has exchanges")
    }

    /// The server is about to end: the next answer tells the client to go elsewhere.
    package func announceEnd() {
        preconditionFailure("every kind of connection says that it ends")
    }

    /// The server ends: an idle connection closes soon, one at work does so after its answer.
    package func drain() {
        preconditionFailure("every kind of connection ends")
    }

    /// Cuts the connection so that the client notices: what it has can't pass for a whole answer.
    package func abort() {
        preconditionFailure("every kind of connection can be cut")
    }

    /// Since when no request has come; nil while one is at hand, has begun to come, or has an answer that is not taken yet.
    package var idleSince: Instant? { nil }

    /// Closes an idle connection for the sake of another; false where bytes wait in the socket, for they may be a
    /// request. One that is still on its way is lost, as with any server that closes an idle connection (RFC 9112 §9.3.1).
    package func giveWay() -> Bool { false }

    /// Whether the connection is gone.
    package var isClosed: Bool { descriptor < 0 }
}
