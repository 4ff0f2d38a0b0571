import Auth
import HTTPCore

/// One client's connection: the decision on each request, then its exchange. `Admission` knows the rules and `Exchange`
/// the protocol; this moves bytes between the client and the connection to Luna-Streams, asks what must be asked, and
/// keeps the deadlines.
final class ProxyConnection: ServerConnection {
    /// What a request that could not be decided at once has been waiting for.
    struct HeldRequest {
        var decision: Decision?
        var owner: StreamOwner?
        var refusal: Refusal?
    }

    /// What is done with the content of the request at hand.
    enum ContentUse {
        /// It goes upstream as it comes.
        case streaming
        /// All of it is in `requestBytes`; what is read of it is passed over.
        case atHand
        /// It is gathered, and looked at before anything goes upstream.
        case checking(GatheredRequest)
        /// It is gathered for the accounts' own resources.
        case accounts(TokensCall)
    }

    let worker: Worker
    /// What the request at hand is served by, from its admission to its end.
    var terms: Terms

    // The request at hand.
    var exchange = Exchange()
    var requestID = RequestID(seconds: 0, id: UniqueID(high: 0, low: 0))
    var match = RouteMatch(route: .version, streamID: nil)
    var method = Method.other
    var framing = ContentFraming.none
    var contentUse = ContentUse.streaming
    var asksUpgrade = false
    /// The request as it goes upstream: the head, and the content where all of it was at hand. Kept until an answer
    /// begins, for sending it again.
    var requestBytes: [UInt8] = []
    /// Content that is being gathered.
    var gathered: [UInt8] = []
    var isHeld = false
    var held = HeldRequest()
    /// Who watches, and the accounts that let it: a live preview is decided on again while it runs.
    var viewer: Viewer?
    /// Where its preview may end early; nil where that can't be known.
    var previewEnd: PreviewEnd?
    /// The preview ends with its next part.
    var isPreviewEnding = false

    /// What the Origin field comes to.
    var cors = CORSVerdict.none
    var healthAskedAt = Instant.never

    /// The request at hand as the log and the counters will have it.
    var record = ExchangeRecord()

    var attempt: ConnectAttempt?
    var upstream: UpstreamConnection?
    var deadlines = ExchangeDeadlines()

    init(descriptor: Int32, peer: SocketAddress, worker: Worker) {
        self.worker = worker
        terms = worker.terms
        super.init(
            descriptor: descriptor, peer: peer, loop: worker.loop, settings: terms.serverSettings,
            identity: worker.identity)
    }

    // MARK: The request

    override func received(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> Bool {
        if !isHeld {
            requestID = RequestID(head, bytes) ?? worker.nextRequestID()
            held = HeldRequest()
            beginRecord(head.method)
            noteTrace(head, bytes)
        }
        record.resume(at: loop.now)
        isHeld = false
        if terms !== worker.terms { terms = worker.terms }
        method = head.method
        framing = head.framing
        contentUse = .atHand
        viewer = nil
        previewEnd = nil
        cors = terms.cors?.verdict(head, bytes) ?? .none
        admit(head, bytes)
        return !isHeld
    }

    override func receivedContent(_ bytes: Span<UInt8>) {
        switch contentUse {
        case .atHand: break
        case .streaming: sendContent(upstream: bytes)
        case .checking, .accounts: gather(bytes)
        }
    }

    override func receivedEnd() {
        switch contentUse {
        case .atHand: break
        case .streaming: completeContent()
        case .checking, .accounts: useGathered()
        }
    }

    // MARK: The answer

    override func answerFinished() {
        record.isAnswered = true
        if !isOutputPending { endRecord(.completed) }
    }

    override func outputDrained() {
        if record.isAnswered { endRecord(.completed) }
        guard let upstream else { return }
        deadlines.resumed(at: loop.now)
        exchangeDeadline = deadlines.next
        upstream.resumeReading()
    }

    override func receivedTunnel(_ bytes: Span<UInt8>) {
        guard let upstream else { return }
        upstream.send(bytes)
        if upstream.isOutputPending { pauseReading() }
    }

    // MARK: Ends

    override func clientFinished() -> Bool {
        // Whoever watches a preview and closes has gone; a call's answer is still awaited by a half-closed client.
        !match.route.isLive
    }

    override func refused(_ error: MessageError) {
        // Of a head that can't be read there is no id; of content that can't, its head has told one.
        if isBetweenRequests {
            requestID = worker.nextRequestID()
            method = .other
            beginRecord(.other)
            cors = .none
        }
        perform(exchange.clientGone())
        dropGathered()
        respond(.malformed(error))
    }

    override func exchangeDeadlinePassed() {
        if isGathering {
            refuseContent(.contentTooSlow)
            return
        }
        if deadlines.isReviewDue(at: loop.now) { reviewViewer() }
        var running = deadlines
        let failure = running.passed(at: loop.now, hasReachedPeer: attempt?.hasReachedPeer == true)
        deadlines = running
        guard !isClosed, let failure else {
            exchangeDeadline = deadlines.next
            return
        }
        perform(exchange.fail(failure))
    }

    override func closed(_ end: ServerConnectionEnd) {
        perform(exchange.clientGone())
        dropGathered()
        endRecord(endOfRecord(end))
        worker.closed(self)
    }
}
