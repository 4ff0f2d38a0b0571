import HTTPCore

/// What an exchange wants done next.
package enum ExchangeAction: Equatable, Sendable {
    case wait
    /// Get a connection to Luna-Streams: a pooled one unless `isFresh`.
    case connect(isFresh: Bool)
    /// Send the request; the client may send its content.
    case sendRequest
    /// Give the interim answer to the client.
    case relayInterim
    /// Give the final head to the client.
    case relayHead
    /// 101: both sides become a tunnel.
    case openTunnel
    /// The answer is whole. The connection goes back to the pool, or is closed.
    case finish(keepsUpstream: Bool)
    /// Close the upstream connection and answer for it.
    case respond(UpstreamFailure)
    /// Close the upstream connection and cut the client's: half an answer is out.
    case cut(UpstreamFailure)
    /// Close the upstream connection; the tunnel's client gets what is left, then the end.
    case closeTunnel
    /// Close the upstream connection; there is no client any more.
    case abandon
}

/// One request and its answer, as a proxy sees them: events in, actions out, no I/O and no clock.
///
/// What it makes sure of: nothing goes upstream before `begin`, so not before the decision; at most one answer is
/// given; a request is sent twice only where that is sound; half an answer never looks whole.
package struct Exchange: ~Copyable {
    package enum State: Equatable, Sendable {
        /// → connecting
        case new
        /// → awaitingHead, done
        case connecting
        /// → connecting (once, for the retry), relaying, tunnel, done
        case awaitingHead(isReused: Bool)
        /// → done
        case relaying
        /// → done
        case tunnel
        case done
    }

    package private(set) var state = State.new
    /// Whether the whole request could be sent again: its method is idempotent and its bytes are still at hand.
    private var isReplayable = false
    private var asksUpgrade = false
    /// Whether all of the request has come from the client.
    private var isRequestComplete = false
    private var hasRetried = false
    /// Whether any byte of the answer has come.
    private var hasAnswerBegun = false
    private var interimAnswers = 0
    /// How many interim answers may come before the final one. RFC 9110 §15.2 sets no bound; nobody has use for more,
    /// and without one they could go on until a deadline.
    package static let interimMaximum = 100

    package init() {}

    package var isNew: Bool { state == .new }
    package var isDone: Bool { state == .done }
    package var isConnecting: Bool { state == .connecting }
    package var isAwaitingHead: Bool {
        if case .awaitingHead = state { true } else { false }
    }
    /// Whether more of the request is to come from the client.
    package var awaitsContent: Bool { !isRequestComplete }
    package var isTunnel: Bool { state == .tunnel }
    package var isRelaying: Bool { state == .relaying }

    /// The request is decided on and may go upstream.
    ///
    /// One that can't be replayed gets a connection of its own making: on a pooled one it would be lost whenever
    /// Luna-Streams closes it at that moment, and nobody could tell whether it was carried out.
    package mutating func begin(
        isReplayable: Bool, isRequestComplete: Bool, asksUpgrade: Bool
    ) -> ExchangeAction {
        precondition(state == .new, "an exchange begins once")
        self.isReplayable = isReplayable
        self.isRequestComplete = isRequestComplete
        self.asksUpgrade = asksUpgrade
        state = .connecting
        return .connect(isFresh: !isReplayable)
    }

    package mutating func connected(isReused: Bool) -> ExchangeAction {
        guard state == .connecting else { return .abandon }
        state = .awaitingHead(isReused: isReused)
        return .sendRequest
    }

    package mutating func connectFailed(_ failure: UpstreamFailure) -> ExchangeAction {
        guard state == .connecting else { return .wait }
        state = .done
        return .respond(failure)
    }

    /// What Luna-Streams offers to switch to is not what was asked for.
    package mutating func forbidUpgrade() {
        asksUpgrade = false
    }

    /// The client has sent all of its request.
    package mutating func requestCompleted() {
        isRequestComplete = true
    }

    /// Bytes have come from Luna-Streams, whole head or not.
    package mutating func answerBegan() {
        hasAnswerBegun = true
    }

    package mutating func received(interim status: Int) -> ExchangeAction {
        guard isAwaitingHead else { return fail(.unreadable(.malformedStatusLine)) }
        hasAnswerBegun = true
        interimAnswers += 1
        guard interimAnswers <= Self.interimMaximum else { return fail(.tooManyInterimAnswers) }
        switch status {
        case 100: return .wait
        case 101:
            // CVE-2026-2833: a tunnel opens on the upstream's word alone, never on the client's.
            guard asksUpgrade, isRequestComplete else { return fail(.unaskedUpgrade) }
            state = .tunnel
            return .openTunnel
        default: return .relayInterim
        }
    }

    package mutating func receivedHead() -> ExchangeAction {
        guard isAwaitingHead else { return fail(.unreadable(.malformedStatusLine)) }
        state = .relaying
        return .relayHead
    }

    /// The answer's content is complete. `isPersistent`: by its framing and fields the connection can be used again,
    /// and nothing came after the answer.
    package mutating func answerCompleted(isPersistent: Bool) -> ExchangeAction {
        guard state == .relaying else { return fail(.unreadable(.malformedStatusLine)) }
        state = .done
        // An answer that came before the request was sent leaves the rest of it in the connection (CVE-2024-24791).
        return .finish(keepsUpstream: isPersistent && isRequestComplete)
    }

    /// The upstream connection ended, or can't be written to, before the answer was whole.
    package mutating func upstreamClosed() -> ExchangeAction {
        if state == .awaitingHead(isReused: true), !hasAnswerBegun, isReplayable, !hasRetried {
            hasRetried = true
            state = .connecting
            return .connect(isFresh: true)
        }
        if state == .tunnel {
            state = .done
            return .closeTunnel
        }
        return fail(.disconnected)
    }

    /// What came can't be understood, or a deadline has passed.
    package mutating func fail(_ failure: UpstreamFailure) -> ExchangeAction {
        switch state {
        case .new, .done:
            return .wait
        case .connecting, .awaitingHead:
            state = .done
            return .respond(failure)
        case .relaying, .tunnel:
            state = .done
            return .cut(failure)
        }
    }

    package mutating func clientGone() -> ExchangeAction {
        if state == .new || state == .done { return .wait }
        state = .done
        return .abandon
    }
}
