import HTTPCore

/// One connection to Luna-Streams: requests out, answers in. It understands framing and knows nothing of the exchange
/// but whom it serves, who hears of everything.
final class UpstreamConnection: EventSource, ChainMember {
    enum Phase {
        /// In the pool. → head, closed
        case idle
        /// → head (interim), content, tunnel, closed
        case head
        /// → complete, closed
        case content
        /// The answer is whole. → idle, closed
        case complete
        /// → closed
        case tunnel
        case closed
    }

    let transport: UpstreamTransport
    let parser: HeadParser
    var phase = Phase.head
    var reader = ContentReader(.none)
    var isPersistent = true
    /// An interim answer has left in doubt where the next begins, or said that the connection ends.
    var isFaulty = false
    var method = Method.get
    /// The beginning of a head whose end has not come.
    var input = ByteBuffer()
    /// Of that head.
    var progress = HeadProgress()
    let output = OutputQueue()
    var isPaused = false
    /// What the client has been told that this connection keeps for it.
    var keptBytes = 0
    /// Where it waits, or will when it is done.
    var pool: UpstreamPool?
    var before: UpstreamConnection?
    var after: UpstreamConnection?
    /// Since when it waits.
    private(set) var idleSince = Instant.never
    /// The exchange's other side, while there is one.
    var client: UpstreamClient?
    /// A reset is told once, and here it was the sender who heard of it: to the reader the connection then seems to have ended
    /// in order. (One that comes behind an end in order is told as EPIPE.)
    var wasResetWhileSending = false
    /// Whether it has served an exchange before.
    private(set) var isReused = false

    init(descriptor: Int32, transport: UpstreamTransport, loop: EventLoop, limits: MessageLimits) {
        self.transport = transport
        parser = HeadParser(limits: limits)
        super.init(descriptor: descriptor, loop: loop)
        open([.readable, .peerFinished])
    }

    // MARK: Use

    /// Serves an exchange for `client`, whose request has that method, from now on; `pool` has it afterwards.
    func serve(_ client: UpstreamClient, method: Method, of pool: UpstreamPool) {
        if self.pool !== pool { self.pool = pool }
        pool.beginUse()
        self.client = client
        self.method = method
        phase = .head
    }

    func endUse() {
        guard client != nil else { return }
        client = nil
        pool?.endUse()
    }

    /// The exchange is over, and another may have the connection.
    func putBack() {
        if let pool { pool.put(self) } else { close() }
    }

    /// Called by its pool alone, which counts the use as ended. False where it had ended before.
    func becomeIdle() -> Bool {
        let wasInUse = client != nil
        client = nil
        phase = .idle
        isReused = true
        isPaused = false
        idleSince = loop.now
        updateInterest()
        return wasInUse
    }

    /// More of a TLS record is to be read.
    override func deadlinePassed() {
        if phase != .closed, phase != .idle, !isPaused { receive() }
    }

    /// Ends the connection at once; the client hears nothing of it.
    func close() {
        guard phase != .closed else { return }
        phase = .closed
        endUse()
        pool = nil
        output.removeAll(memory)
        memory.giveBack(exchange(&input, with: ByteBuffer()))
        keptBytes = 0
        switch transport {
        case .plain:
            closeDescriptor()
        case .secure(let attempt, let multi):
            _ = relinquish()
            attempt.dispose(from: multi)
        }
    }

    override func ready(_ events: Events) {
        if phase == .idle {
            // Closed, or bytes that nobody asked for: either way not to be used again (Pingora, response poisoning).
            pool?.discard(self)
            return
        }
        if events.contains(.writable), !output.isEmpty {
            flush()
            if output.isEmpty { client?.upstreamDrained() }
        }
        if phase == .closed || isPaused {
            if events.contains(.failed) || events.contains(.hungUp), phase != .closed { ended(isReset: true) }
            return
        }
        if events.isDisjoint(with: [.readable, .peerFinished, .failed, .hungUp]) { return }
        receive()
    }
}
