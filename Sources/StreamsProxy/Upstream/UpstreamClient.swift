import HTTPCore

/// Whom a connection to an upstream serves, by a small closed set of kinds: each event is one branch, and no table is looked
/// through for it.
enum UpstreamClient {
    /// A client's request.
    case exchange(ProxyExchange)

    // MARK: Connecting

    func connected(_ connection: UpstreamConnection) {
        switch self {
        case .exchange(let exchange):
            exchange.connected(connection)
            exchange.update()
        }
    }

    func connectFailed(_ failure: UpstreamFailure) {
        switch self {
        case .exchange(let exchange): exchange.connectFailed(failure)
        }
    }

    // MARK: The request

    /// All that waited for the upstream has been taken.
    func upstreamDrained() {
        switch self {
        case .exchange(let exchange): exchange.upstreamDrained()
        }
    }

    /// What the connection keeps for this client has changed.
    func countKept() {
        switch self {
        case .exchange(let exchange): exchange.countKept()
        }
    }

    // MARK: The answer

    /// How much is read at once.
    var readLimit: Int {
        switch self {
        case .exchange(let exchange): exchange.readLimit
        }
    }

    /// Bytes of an answer have come.
    func upstreamAnswered() {
        switch self {
        case .exchange(let exchange): exchange.upstreamAnswered()
        }
    }

    /// Whether a head of that status may be passed on now; else it waits, or is not wanted any more.
    func admitsHead(status: Int) -> Bool {
        switch self {
        case .exchange(let exchange): exchange.admitsHead(status: status)
        }
    }

    /// True where both sides have become a tunnel.
    func upstreamInterim(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) -> Bool {
        switch self {
        case .exchange(let exchange): exchange.upstreamInterim(head, bytes)
        }
    }

    func upstreamHead(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) {
        switch self {
        case .exchange(let exchange): exchange.upstreamHead(head, bytes)
        }
    }

    func upstreamContent(_ bytes: Span<UInt8>) {
        switch self {
        case .exchange(let exchange): exchange.upstreamContent(bytes)
        }
    }

    /// All that has come so far has been told.
    func upstreamPaused() {
        switch self {
        case .exchange(let exchange): exchange.upstreamPaused()
        }
    }

    func upstreamTunnel(_ bytes: Span<UInt8>) {
        switch self {
        case .exchange(let exchange): exchange.upstreamTunnel(bytes)
        }
    }

    // MARK: The end

    /// The answer is whole.
    func upstreamCompleted(isPersistent: Bool) {
        switch self {
        case .exchange(let exchange): exchange.upstreamCompleted(isPersistent: isPersistent)
        }
    }

    func upstreamClosed() {
        switch self {
        case .exchange(let exchange): exchange.upstreamClosed()
        }
    }

    func upstreamFailed(_ failure: UpstreamFailure) {
        switch self {
        case .exchange(let exchange): exchange.upstreamFailed(failure)
        }
    }
}
