import CLinux

/// A client's connection that speaks HTTP/1.1 and 1.0: bytes in, bytes out, one request after the other. It drives an exchange
/// from a request's first byte until the answer has been taken; between requests it has none.
///
/// Pipelined requests wait in the input until the answer before them is done, so answers leave in order.
package final class HTTP1Connection: ClientTransport {
    enum Phase {
        /// A request's head is awaited. → held, content, answering, lingering, closed
        case head
        /// The head has come; the exchange will ask for it again. → content, answering
        case held
        /// The content is being read. → answering, head, lingering
        case content
        /// The request is complete, its answer is not. → head, lingering, tunnel
        case answering
        /// Bytes go both ways uninterpreted. → closed
        case tunnel
        /// We have said our last; what still comes is dropped. → closed
        case lingering
        case closed
    }

    var phase = Phase.head
    /// There in every phase but `head`, where it is when bytes have come or are still to be taken, and those of an end.
    var exchange: ServerExchange?
    /// Bytes that have come and are not used yet: part of a head, or pipelined requests.
    var input = ByteBuffer()
    var isProcessing = false
    /// Of what has come a part is left for the next turn.
    var isUnfinished = false
    /// The client's end has been read: nothing more will come.
    var hasPeerFinished = false
    /// The kernel has told of the client's end, which may still have bytes before it.
    private var isEndAnnounced = false
    var hasSkippedEmptyLine = false
    /// Whether the connection serves another request after this one.
    var isPersistent = true
    /// Whether the request at hand, or the next, is the last one because the server ends.
    var isServerEnding = false
    /// Whether `patience` is that with a head that has begun to come.
    var isHeadBegun = false

    /// When the connection's own patience ends: head, content, idle, linger.
    var patience = Instant.never
    var sendPatience = Instant.never
    /// When the request before was over; at first, when the client came.
    var idleBegan: Instant

    /// Takes over an accepted descriptor and starts to listen to it; with an `identity` it speaks TLS.
    package override init(
        descriptor: Int32, peer: SocketAddress, loop: EventLoop, terms: ServerTerms, identity: TLSIdentity? = nil,
        lender: ExchangeLender
    ) {
        idleBegan = loop.now
        super.init(
            descriptor: descriptor, peer: peer, loop: loop, terms: terms, identity: identity, lender: lender)
        patience = loop.now.advanced(by: settings.firstByteTimeout)
        open([.readable, .peerFinished])
        updateDeadline()
    }

    // MARK: Events

    public override func ready(_ events: Events) {
        if events.contains(.failed) || events.contains(.hungUp) {
            // Nothing we could send would arrive any more.
            close(phase == .lingering ? .completed : .clientGone)
            return
        }
        if events.contains(.writable) {
            flush()
            resumeSession()
        }
        if events.contains(.peerFinished) { isEndAnnounced = true }
        if phase != .closed, isReading, events.contains(.readable) || events.contains(.peerFinished) { receive() }
        update()
    }

    public override func deadlinePassed() {
        if isUnfinished { processInput() } else if isHeldInTLS { receive() }
        guard phase != .closed else { return }
        let now = loop.now
        if patience <= now || sendPatience <= now {
            patience = .never
            let isStuck = sendPatience <= now
            if isStuck { sendPatience = .never }
            switch phase {
            case .closed: return
            // An answer is still being taken: the client is not idle, and what it has sent since waits here.
            case .head where isOutputPending && !isStuck: patience = now.advanced(by: settings.keepAliveTimeout)
            case .head where input.isEmpty && !isStuck: close(.completed)
            case .head where !isStuck: headTooSlow()
            case .content where !isStuck: judgePace()
            case .lingering where !isStuck: close(.completed)
            case .head, .held, .content, .answering, .tunnel, .lingering: abort(.timedOut)
            }
        } else if let exchange, exchange.exchangeEnd <= now {
            exchange.exchangeEnd = .never
            exchange.exchangeDeadlinePassed()
        }
        update()
    }

    /// Brings interest and deadline into line with the state; called at the end of every event, and by the exchange after it has
    /// acted from outside one of this connection's own.
    func update() {
        guard phase != .closed else { return }
        var wanted: Events = []
        if !hasPeerFinished {
            // Bytes are read while there is room for them; that the client goes away is noticed once in any case.
            if isReading { wanted.insert(.readable) }
            if !isEndAnnounced { wanted.insert(.peerFinished) }
        }
        var end = min(patience, sendPatience)
        if let exchange {
            let waits = !exchange.output.isEmpty
            if waits { wanted.insert(.writable) }
            if waits || !input.isEmpty || exchange.counted != nil { exchange.countBytes() }
            end = min(end, exchange.exchangeEnd)
            if !waits, phase == .head, input.isEmpty, !isProcessing { giveBack(exchange) }
        }
        if wantsToWriteInTLS { wanted.insert(.writable) }
        wait(for: wanted)
        setDeadline(isUnfinished || isHeldInTLS ? loop.nextTurn : end)
    }

    private func updateDeadline() {
        setDeadline(patience)
    }

    var isReading: Bool {
        switch phase {
        case .lingering: true
        // Whoever does not take its answers gets no more of them, so asking for more is of no use.
        case .head: !isOutputPending && !isUnfinished
        case .held, .answering: input.count < settings.readAheadMaximum
        case .content: (exchange?.isDraining == true || exchange?.isReadingPaused != true) && !isUnfinished
        case .tunnel: exchange?.isReadingPaused != true
        case .closed: false
        }
    }

    /// Whether something waits for the client: a sign to stop producing more.
    var isOutputPending: Bool { sendPatience != .never }

    /// Whether bytes are inside the TLS session of which epoll says nothing, and that are wanted now.
    var isHeldInTLS: Bool { holdsMoreInTLS && isReading }

    // MARK: Its exchange

    /// An exchange for the request that begins to come.
    func lend() -> ServerExchange {
        let lent = lender.lend()
        lent.link = .http1(self)
        exchange = lent
        return lent
    }

    /// The answer has been taken, and nothing more has come.
    private func giveBack(_ lent: ServerExchange) {
        exchange = nil
        lent.giveBack(to: lender)
    }

    package override func visit(_ body: (ServerExchange) -> Void) {
        if let exchange { body(exchange) }
    }

    // MARK: End

    package override func announceEnd() {
        isServerEnding = true
        // Where the answer's head has gone out the client may already have sent another request after it: that is
        // answered too, and tells it.
        if exchange?.answer == .awaited { isPersistent = false }
    }

    package override func drain() {
        announceEnd()
        // Not at once: a request may be on its way, and closing would cost the client its answer.
        if phase == .head, input.isEmpty { patience = min(patience, loop.now.advanced(by: settings.endingIdleTimeout)) }
        update()
    }

    package override func abort() {
        abort(.aborted)
    }

    package override var idleSince: Instant? {
        phase == .head && !isHeadBegun && input.isEmpty && exchange?.output.isEmpty != false && !isHeldInTLS
            ? idleBegan : nil
    }

    package override func giveWay() -> Bool {
        guard idleSince != nil, !SystemCall.hasBytes(descriptor) else { return false }
        close(.completed)
        return true
    }
}
