import Auth
import HTTPCore

/// One request of a client: the decision on it, then its exchange with Luna-Streams. `Admission` knows the rules and `Exchange`
/// the protocol; this moves bytes between the client and the connection to Luna-Streams, asks what must be asked, and
/// keeps the deadlines. It knows no socket, and is lent for one request after the other: see `ExchangeLender`.
final class ProxyExchange: ServerExchange {
    /// What is done with the content of the request at hand.
    indirect enum ContentUse {
        /// It goes upstream as it comes.
        case streaming
        /// All of it is in `requestBytes`; what is read of it is passed over.
        case atHand
        /// It is gathered, and looked at before anything goes upstream.
        case checking(GatheredRequest)
        /// It is gathered before anything goes upstream, and goes on as it is: nobody has been let in.
        case collecting(ForwardedRequest)
        /// It is gathered for the accounts' own resources.
        case accounts(TokensCall)
    }

    let worker: Worker
    /// The worker's: see `EventSource.memory` for why they stand here too.
    let ledger: Ledger
    let points: PointRecorder
    /// What the request at hand is served by, from its admission to its end.
    var terms: Terms

    // The request at hand.
    var exchange = Exchange()
    var match = RouteMatch(route: .version, streamID: nil)
    var framing = ContentFraming.none
    var contentUse = ContentUse.streaming
    var asksUpgrade = false
    /// The request as it goes upstream: the head, and the content where all of it was at hand. Kept until an answer
    /// begins, for sending it again.
    var requestBytes = ByteBuffer()
    /// Content that is being gathered.
    var gathered = ByteBuffer()
    var isHeld = false
    /// What a request that is or was held has found out; nil for one that was decided at once.
    var findings: Findings?
    /// The live preview that runs, or may soon.
    var viewing: Viewing?

    /// By whom it is counted among those who watch; nil where it is not.
    var viewerHolder: ViewerHolder?

    /// What it is to be called without credentials.
    var openCall = OpenCall.none
    var before: ProxyExchange?
    var after: ProxyExchange?

    /// Who sends the request at hand.
    var client: Client
    /// Whether the peer is a trusted proxy, so that the request says who sends it.
    var isPassedOn = false

    /// What the Origin field comes to.
    var cors = CORSVerdict.none
    var healthAskedAt = Instant.never

    /// The request at hand as the log and the counters will have it.
    var record = ExchangeRecord()
    var requestID: RequestID { record.requestID }
    var method: Method { record.method }

    var attempt: ConnectAttempt?
    var upstream: UpstreamConnection?
    var deadlines = ExchangeDeadlines()

    init(worker: Worker) {
        self.worker = worker
        ledger = worker.ledger
        points = worker.points
        terms = worker.terms
        client = .nobody
        super.init(loop: worker.loop)
    }

    // MARK: The request

    override func received(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> Bool {
        if !isHeld {
            findings = nil
            beginRecord(RequestID(head, bytes) ?? worker.nextRequestID(), head.method)
            if isPassedOn { noteClient(head, bytes) }
            noteTrace(head, bytes)
        }
        record.resume(at: loop.now)
        isHeld = false
        if terms !== worker.terms { terms = worker.terms }
        framing = head.framing
        contentUse = .atHand
        leavePreview()
        openCall = .none
        cors = terms.cors?.verdict(head, bytes) ?? .none
        admit(head, bytes)
        return !isHeld
    }

    /// Who sends the request, by the word of the proxy that has passed it on.
    private func noteClient(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) {
        client = worker.terms.proxies.client(of: head, bytes, from: peer, isSecure: isSecure)
        if client.isUnreadable { ledger.count { $0[.forwardedForUnreadable] &+= 1 } }
    }

    override func receivedContent(_ bytes: Span<UInt8>) {
        switch contentUse {
        case .atHand: break
        case .streaming: sendContent(upstream: bytes)
        case .checking, .collecting, .accounts: gather(bytes)
        }
    }

    override func receivedEnd() {
        switch contentUse {
        case .atHand: break
        case .streaming: completeContent()
        case .checking, .collecting, .accounts: useGathered()
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

    override func refused(_ error: MessageError, head: Span<UInt8>?) {
        // Of a head that can't be read there is no id; of content that can't, its head has told one.
        if isBetweenRequests {
            beginRecord(worker.nextRequestID(), .other)
            if terms !== worker.terms { terms = worker.terms }
            // A page is to see why; whatever is wrong elsewhere, the line that names its origin can be read.
            cors = .none
            if let head, let rule = terms.cors { cors = rule.verdict(refused: head) }
        }
        perform(exchange.clientGone())
        dropGathered()
        respond(.malformed(error))
    }

    override func overloaded(canAnswer: Bool) {
        if isBetweenRequests, !isHeld {
            beginRecord(worker.nextRequestID(), .other)
            cors = .none
        }
        isHeld = false
        worker.note(.bufferedBytes)
        perform(exchange.clientGone())
        contentUse = .atHand
        dropGathered()
        dropRequest()
        if canAnswer { respond(.overloaded(.bufferedBytes)) } else { note(.overloaded(.bufferedBytes)) }
    }

    override func contentFailed(_ error: MessageError) {
        note(.malformed(error))
    }

    override func exchangeDeadlinePassed() {
        if isGathering {
            refuseContent(.contentTooSlow)
            return
        }
        if openCall == .waiting {
            endOpenCall()
            dropRequest()
            worker.note(.openCalls)
            respond(.overloaded(.openCalls))
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

    override func closed(_ end: ClientEnd) {
        perform(exchange.clientGone())
        endOpenCall()
        leaveViewers()
        dropGathered()
        endRecord(endOfRecord(end))
    }

    override func returned() {
        endRecord(.completed)
        leaveViewers()
        leavePreview()
        endOpenCall()
        openCall = .none
        findings = nil
        isHeld = false
        contentUse = .atHand
        if terms !== worker.terms { terms = worker.terms }
    }
}
