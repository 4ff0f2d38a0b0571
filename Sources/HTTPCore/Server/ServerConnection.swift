import CLinux

/// Why a connection is no more.
public enum ServerConnectionEnd: Sendable {
    /// Both sides were done.
    case completed
    /// The client closed or reset it while something was still to be said.
    case clientGone
    /// A deadline of the connection's own passed.
    case timedOut
    /// We cut it.
    case aborted
}

/// One accepted client socket that speaks HTTP/1.1 and 1.0: bytes in, bytes out, one request after the other. What a
/// request means is its subclass's affair, which overrides the hooks and answers through `sendHead`, `sendContent` and
/// `finish`.
///
/// Pipelined requests wait in the input until the answer before them is done, so answers leave in order.
open class ServerConnection: EventSource {
    enum Phase {
        /// A request's head is awaited. → held, content, answering, lingering, closed
        case head
        /// The head has come; the subclass will ask for it again. → content, answering
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

    /// How the answer being sent is framed.
    enum AnswerState: Equatable {
        case awaited
        /// The head is out, and that much of the content is still owed.
        case length(remaining: Int)
        case chunked
        case untilClose
        /// A head that has no content.
        case empty
        case finished
    }

    private(set) final var serverTerms: ServerTerms
    package let peer: SocketAddress
    /// Whether the client speaks TLS.
    package let isSecure: Bool
    final var transport: ClientTransport

    final var phase = Phase.head
    final var reader = ContentReader(.none)
    /// Bytes that have come and are not used yet: part of a head, or pipelined requests.
    final var input = ByteBuffer()
    final var isProcessing = false
    /// Of what has come a part is left for the next turn.
    final var isUnfinished = false
    /// Content in chunks has come to its end with its head, and is not read yet.
    final var isContentAtHand = false
    /// `resumeHead` was called before the head was even held.
    final var isResumeAsked = false
    final var isReadingPaused = false
    /// The client's end has been read: nothing more will come.
    final var hasPeerFinished = false
    /// The kernel has told of the client's end, which may still have bytes before it.
    private final var isEndAnnounced = false
    final var hasSkippedEmptyLine = false
    /// What is read of the content is dropped: the answer did not need it.
    final var isDraining = false
    final var drained = 0

    final let output = OutputQueue()
    final var answer = AnswerState.finished
    /// How much output waited before the answer at hand, as long as none of it has been sent since.
    final var unsentFrom: Int?
    final var requestMethod = Method.other
    final var requestVersion = HTTPVersion.http11
    /// Whether the client waits for 100 before it sends its content.
    final var owesContinue = false
    /// Whether the connection serves another request after this one.
    final var isPersistent = true
    /// Whether the request at hand, or the next, is the last one because the server ends.
    final var isServerEnding = false

    /// The request at hand, or the last, as it is counted.
    ///
    /// Nobody outside the module may change it, or what it stands for: so the compiler sees that no two accesses overlap.
    final var exchangeTally = ExchangeTally()
    /// Bytes that the socket has given and taken so far.
    final var receivedBytes = 0
    final var sentBytes = 0

    /// When the connection's own patience ends: head, content, idle, linger.
    final var patience = Instant.never
    /// When the request before was over; at first, when the client came.
    final var idleBegan: Instant
    /// Whether `patience` is that with a head that has begun to come.
    final var isHeadBegun = false
    final var headProgress = HeadProgress()
    final var pace = ContentPace()
    final var sendPatience = Instant.never
    /// What the subclass keeps of the request at hand, in bytes.
    final var heldBytes = 0
    /// Where the loop counts what this connection keeps; nil while that is nothing.
    final var counted: BufferedBytes.Place?
    /// Who answers for what is kept of the request at hand and its answer; nil until somebody has let it in.
    package final var payer: BufferPayer? {
        get { answerable }
        set { answerable = newValue }
    }
    final var answerable: BufferPayer?
    /// The subclass's deadline for the exchange at hand; `exchangeDeadlinePassed` tells.
    package final var exchangeDeadline: Instant {
        get { exchangeEnd }
        set { exchangeEnd = newValue }
    }
    private final var exchangeEnd = Instant.never

    /// Takes over an accepted descriptor and starts to listen to it; with an `identity` it speaks TLS.
    package init(
        descriptor: Int32, peer: SocketAddress, loop: EventLoop, terms: ServerTerms,
        identity: TLSIdentity? = nil
    ) {
        serverTerms = terms
        self.peer = peer
        isSecure = identity != nil
        transport = identity.map { .secure($0.session(descriptor: descriptor)) } ?? .plain
        idleBegan = loop.now
        super.init(descriptor: descriptor, loop: loop)
        patience = loop.now.advanced(by: settings.firstByteTimeout)
        open([.readable, .peerFinished])
        updateDeadline()
    }

    /// From here on these bounds hold. A time that runs already ends by those before.
    package final func adopt(_ terms: ServerTerms) {
        serverTerms = terms
    }

    package final var settings: ServerSettings { serverTerms.settings }

    package final var tally: ExchangeTally { exchangeTally }
    package final var bytesReceived: Int { receivedBytes }
    package final var bytesSent: Int { sentBytes }

    // MARK: Hooks

    /// A valid request head; its ranges are places in `bytes`, and neither outlives the call. False: not now; it comes
    /// again after `resumeHead`.
    open func received(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> Bool { true }

    /// A run of the request's content.
    open func receivedContent(_ bytes: Span<UInt8>) {}

    /// The request's content is complete. Not called for a request without any.
    open func receivedEnd() {}

    /// All output has been taken by the socket, after some had stayed behind.
    open func outputDrained() {}

    /// The answer is complete; the last of it may still wait for the socket. Called before the next request begins.
    open func answerFinished() {}

    /// Bytes of a tunnel.
    open func receivedTunnel(_ bytes: Span<UInt8>) {}

    /// The client has closed its sending side: true to go on answering, false to take it as gone.
    open func clientFinished() -> Bool { true }

    /// A request that can't be served for the way it is written, or comes. To be answered with the error's status and
    /// `isPersistent` false, which it is already. `head` is what has come of its head, where that is what is refused.
    open func refused(_ error: MessageError, head: Span<UInt8>?) {}

    /// The same of a request's content while half its answer is out: the connection is about to be cut.
    open func contentFailed(_ error: MessageError) {}

    /// More is kept than may be, and this connection's bytes are to go. With `canAnswer` the request at hand, or what there is
    /// of it, is to be answered, and `isPersistent` is false already; else the connection is about to be cut.
    open func overloaded(canAnswer: Bool) {}

    /// `exchangeDeadline` has passed.
    open func exchangeDeadlinePassed() {}

    /// The connection is gone; called once, whatever the reason.
    open func closed(_ end: ServerConnectionEnd) {}

    // MARK: Events

    public final override func ready(_ events: Events) {
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

    public final override func deadlinePassed() {
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
            case .content where !isStuck:
                switch pace.judge(at: now, within: settings.pace) {
                case .onTime: patience = pace.deadline
                case .stalled: refuse(.contentStalled)
                case .tooSlow: refuse(.contentTooSlow)
                }
            case .lingering where !isStuck: close(.completed)
            case .head, .held, .content, .answering, .tunnel, .lingering: abort(.timedOut)
            }
        } else if exchangeDeadline <= now {
            exchangeDeadline = .never
            exchangeDeadlinePassed()
        }
        update()
    }

    /// Brings interest and deadline into line with the state; called at the end of every event. A subclass calls it
    /// after it has acted from outside one of this connection's own events.
    package final func update() {
        guard phase != .closed else { return }
        var wanted: Events = []
        if !hasPeerFinished {
            // Bytes are read while there is room for them; that the client goes away is noticed once in any case.
            if isReading { wanted.insert(.readable) }
            if !isEndAnnounced { wanted.insert(.peerFinished) }
        }
        if !output.isEmpty { wanted.insert(.writable) }
        if case .secure(let session) = transport, session.wantsToWrite { wanted.insert(.writable) }
        wait(for: wanted)
        if !output.isEmpty || !input.isEmpty || counted != nil { countBytes() }
        updateDeadline()
    }

    var isReading: Bool {
        switch phase {
        case .lingering: true
        // Whoever does not take its answers gets no more of them, so asking for more is of no use.
        case .head: !isOutputPending && !isUnfinished
        case .held, .answering: input.count < settings.readAheadMaximum
        case .content: (isDraining || !isReadingPaused) && !isUnfinished
        case .tunnel: !isReadingPaused
        case .closed: false
        }
    }

    final func updateDeadline() {
        setDeadline(isUnfinished || isHeldInTLS ? loop.nextTurn : min(patience, sendPatience, exchangeDeadline))
    }

    // MARK: End

    /// The server is about to end: the next answer tells the client to go elsewhere.
    package final func announceEnd() {
        isServerEnding = true
        // Where the answer's head has gone out the client may already have sent another request after it: that is
        // answered too, and tells it.
        if answer == .awaited { isPersistent = false }
    }

    /// The server ends: an idle connection closes soon, one at work does so after its answer.
    package final func drain() {
        announceEnd()
        // Not at once: a request may be on its way, and closing would cost the client its answer.
        if phase == .head, input.isEmpty { patience = min(patience, loop.now.advanced(by: settings.endingIdleTimeout)) }
        update()
    }

    /// The answer is complete, and the connection closes after it, whatever the head has said.
    package final func finishLast() {
        isPersistent = false
        finish()
    }

    /// Whether the answer has begun and nothing announced how long it is: it may end anywhere.
    package final var isAnswerEndless: Bool { answer == .chunked || answer == .untilClose }

    /// Cuts the connection so that the client notices: what it has can't pass for a whole answer.
    package final func abort() {
        abort(.aborted)
    }

    private func abort(_ end: ServerConnectionEnd) {
        guard phase != .closed else { return }
        linux_reset_on_close(descriptor)
        close(end)
    }

    final func close(_ end: ServerConnectionEnd) {
        guard phase != .closed else { return }
        phase = .closed
        // Whoever is cut must not be told that this was the end.
        if end == .completed { _ = finishSession() }
        closeDescriptor()
        transport = .plain
        exchangeTally.answerBytes = max(0, exchangeTally.answerBytes - output.count)
        output.removeAll(memory)
        memory.giveBack(exchange(&input, with: ByteBuffer()))
        heldBytes = 0
        if counted != nil { countBytes() }
        closed(end)
    }

    /// Since when no request has come; nil while one is at hand, has begun to come, or has an answer that is not taken yet.
    package final var idleSince: Instant? {
        phase == .head && !isHeadBegun && input.isEmpty && output.isEmpty && !isHeldInTLS ? idleBegan : nil
    }

    /// Closes an idle connection for the sake of another; false where bytes wait in the socket, for they may be a
    /// request. One that is still on its way is lost, as with any server that closes an idle connection (RFC 9112 §9.3.1).
    package final func giveWay() -> Bool {
        guard idleSince != nil, !SystemCall.hasBytes(descriptor) else { return false }
        close(.completed)
        return true
    }

    /// Whether no request is at hand: what is refused then is a head.
    package final var isBetweenRequests: Bool { phase == .head }

    /// Whether the connection is gone.
    package final var isClosed: Bool { phase == .closed }
}
