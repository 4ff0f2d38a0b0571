import Auth
import HTTPCore

/// One client's connection: the decision on each request, then its exchange. The exchange decides; this moves bytes
/// between the client and the connection to Luna-Streams and keeps the deadlines.
final class ProxyConnection: ServerConnection {
    unowned let worker: Worker

    // The request at hand.
    var exchange = Exchange()
    private(set) var requestID = RequestID(seconds: 0, id: UniqueID(high: 0, low: 0))
    private(set) var match = RouteMatch(route: .version, streamID: nil)
    private var method = Method.other
    private var framing = ContentFraming.none
    private var asksUpgrade = false
    /// The request as it goes upstream: the head, and the content where all of it was at hand. Kept until an answer
    /// begins, for sending it again.
    private var requestBytes: [UInt8] = []
    /// The content is in `requestBytes` already; what is read of it is passed over.
    private var isContentAtHand = false
    /// The verdict on a password that the held request was waiting for.
    private var decision: Decision?

    private var attempt: ConnectAttempt?
    private var upstream: UpstreamConnection?
    var deadlines = ExchangeDeadlines()

    init(descriptor: Int32, peer: SocketAddress, worker: Worker) {
        self.worker = worker
        super.init(descriptor: descriptor, peer: peer, loop: worker.loop, settings: worker.serverSettings)
    }

    // MARK: From request to decision

    override func received(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> Bool {
        let verdict = decision
        decision = nil
        if verdict == nil { identify(head, bytes) }
        method = head.method
        framing = head.framing
        switch admit(head, bytes, verdict) {
        case .refused(let refusal): respond(refusal)
        case .answered: break
        case .held: return false
        case .forward(let principal, let apiVersion): forward(head, bytes, principal, apiVersion)
        }
        return true
    }

    private func identify(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) {
        if !head.fields.repeats(.lunaRequestID), let range = head.fields.value(.lunaRequestID),
            let id = RequestID(bytes, range)
        {
            requestID = id
        } else {
            requestID = worker.nextRequestID()
        }
    }

    private enum Admission {
        case refused(Refusal)
        /// One of our own resources.
        case answered
        /// A password is being compared elsewhere.
        case held
        case forward(Principal?, apiVersion: Int)
    }

    /// Route, then credentials, then permission: no byte has gone upstream, and no content has been read.
    private func admit(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ verdict: Decision?
    ) -> Admission {
        if head.form == .asterisk {
            respondOptions([.get, .head, .post, .put, .delete])
            return .answered
        }
        guard let match = worker.routes.match(bytes, head.path) else { return .refused(.noSuchPage) }
        self.match = match
        let route = match.route
        if head.method == .options {
            respondOptions(route.methods)
            return .answered
        }
        guard route.methods.contains(MethodSet(head.method)) else {
            return .refused(.methodNotAllowed(route.methods))
        }
        guard route.isForwarded else {
            worker.resources.answer(route, on: self)
            return .answered
        }
        var apiVersion = worker.forwarding.defaultVersion
        if let value = head.fields.value(.lunaStreamsAPIVersion) {
            if head.fields.repeats(.lunaStreamsAPIVersion) { return .refused(.repeatedAPIVersion) }
            guard value.count == 1, let version = [0x31: 1, 0x32: 2][bytes[value.lowerBound]] else {
                return .refused(.unknownAPIVersion)
            }
            apiVersion = version
        }
        guard route.isGuarded else { return .forward(nil, apiVersion: apiVersion) }
        guard let decision = verdict ?? decide(head, bytes) else { return .held }
        switch decision {
        case .allowed(let principal):
            guard let verb = Verb(head.method), principal.permits(verb) else {
                return .refused(.denied(.forbidden(.missingVerb(Verb(head.method) ?? .view))))
            }
            return .forward(principal, apiVersion: apiVersion)
        case .unauthenticated(let reason): return .refused(.denied(.unauthenticated(reason)))
        case .forbidden(let reason): return .refused(.denied(.forbidden(reason)))
        case .unavailable(let reason): return .refused(.denied(.unavailable(reason)))
        case .malformed(let reason): return .refused(.denied(.malformed(reason)))
        }
    }

    /// Nil while a password is being compared.
    private func decide(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Decision? {
        // Two of them, and somebody behind us could read the other one (CVE-2020-25017 and its kin).
        if head.fields.repeats(.authorization) { return .malformed(.repeatedAuthorization) }
        if head.fields.repeats(.lunaAccountID) { return .malformed(.repeatedAccountHeader) }
        let step = worker.authenticator.decide(
            head: bytes, authorization: head.fields.value(.authorization),
            accountHeader: head.fields.value(.lunaAccountID), now: loop.unixMilliseconds)
        switch step {
        case .decided(let decision): return decision
        case .verify(let check): return worker.verify(check, for: self) ? nil : .unavailable(.overloaded)
        }
    }

    /// The password has been compared.
    func decided(_ decision: Decision) {
        guard !isClosed else { return }
        self.decision = decision
        resumeHead()
    }

    // MARK: From decision to upstream

    private func forward(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ principal: Principal?, _ apiVersion: Int
    ) {
        asksUpgrade = match.route.isLive && head.asksUpgrade && Self.isWebSocket(head, bytes)
        let request = ForwardedRequest(
            match: match, apiVersion: apiVersion, accountID: principal?.accountID, requestID: requestID,
            peer: peer.address, asksUpgrade: asksUpgrade)
        requestBytes = loop.memory.takeBuffer()
        worker.forwarding.appendRequest(request, head, bytes, to: &requestBytes)
        var isComplete = head.framing == .none
        isContentAtHand = false
        if case .length(let length) = head.framing, length <= 16384, bytes.count - head.length >= length {
            requestBytes.append(bytes, head.length..<head.length + length)
            isContentAtHand = true
            isComplete = true
        }
        exchange = Exchange()
        deadlines.begin(at: loop.now, worker.timeouts)
        perform(
            exchange.begin(
                isReplayable: isComplete && head.method.isIdempotent && !asksUpgrade, isRequestComplete: isComplete,
                asksUpgrade: asksUpgrade))
    }

    private static func isWebSocket(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Bool {
        guard let value = head.fields.value(.upgrade), !head.fields.repeats(.upgrade) else { return false }
        return ASCII.isEqual(bytes, value, ignoringCaseOf: "websocket") && head.framing == .none
    }

    private func perform(_ action: ExchangeAction) {
        switch action {
        case .wait:
            break
        case .connect(let isFresh):
            connect(isFresh: isFresh)
        case .sendRequest:
            sendRequest()
        case .respond(let failure):
            dropUpstream()
            respond(.upstream(failure))
        case .cut(let failure):
            dropUpstream()
            if retractAnswer() {
                respond(.upstream(failure))
                return
            }
            worker.note(failure, on: match.route, requestID)
            flush()
            abort()
        case .closeTunnel:
            dropUpstream()
            finishTunnel()
        case .abandon:
            dropUpstream()
        case .finish(let keepsUpstream):
            releaseUpstream(keeps: keepsUpstream)
            finish()
        case .relayInterim, .relayHead, .openTunnel:
            preconditionFailure("relayed where the head is at hand")
        }
    }

    private func connect(isFresh: Bool) {
        releaseUpstream(keeps: false)
        if !isFresh, let pooled = worker.pool.take() {
            connected(pooled)
            return
        }
        if framing != .none, !isContentAtHand { pauseReading() }
        attempt = worker.connector.connect(for: self, timeout: worker.timeouts.connect)
        if attempt == nil {
            perform(exchange.connectFailed(.unreachable))
            return
        }
        deadlines.connecting(at: loop.now, worker.timeouts)
        exchangeDeadline = deadlines.next
    }

    func connected(_ connection: UpstreamConnection) {
        attempt = nil
        upstream = connection
        connection.serve(self, method: method)
        perform(exchange.connected(isReused: connection.isReused))
        update()
    }

    func connectFailed(_ failure: UpstreamFailure) {
        attempt = nil
        perform(exchange.connectFailed(failure))
        update()
    }

    private func sendRequest() {
        deadlines.connected(at: loop.now, worker.timeouts)
        exchangeDeadline = deadlines.next
        upstream?.send(requestBytes.span)
        if framing != .none, !isContentAtHand {
            sendContinue()
            resumeReading()
        }
    }

    override func receivedContent(_ bytes: Span<UInt8>) {
        guard !isContentAtHand, let upstream else { return }
        deadlines.heard(at: loop.now)
        if framing == .chunked { upstream.sendChunk(bytes) } else { upstream.send(bytes) }
        if upstream.isOutputPending { pauseReading() }
    }

    override func receivedEnd() {
        if !isContentAtHand, framing == .chunked { upstream?.sendChunk([UInt8]().span) }
        deadlines.heard(at: loop.now)
        exchange.requestCompleted()
    }

    /// Luna-Streams has taken all that waited for it.
    func upstreamDrained() {
        resumeReading()
        update()
    }

    // MARK: From upstream to client

    func upstreamAnswered() {
        exchange.answerBegan()
        deadlines.heard(at: loop.now)
        exchangeDeadline = deadlines.next
        loop.memory.giveBack(buffer: requestBytes)
        requestBytes = []
    }

    /// True where both sides have become a tunnel.
    func upstreamInterim(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) -> Bool {
        let status = head.status
        // Another protocol than the one asked for is no answer to the question.
        if status == 101, !Self.isWebSocket(head, bytes) { exchange.forbidUpgrade() }
        let action = exchange.received(interim: status)
        switch action {
        case .relayInterim:
            sendInterim(status: status) { output in
                worker.forwarding.appendAnswerFields(
                    head, bytes, route: match.route, requestID: requestID,
                    unixSeconds: loop.unixMilliseconds / 1000, to: &output)
            }
        case .openTunnel:
            deadlines.endless(at: loop.now, worker.timeouts)
            exchangeDeadline = deadlines.next
            beginTunnel { output in
                output.append("Connection: Upgrade\r\nUpgrade: websocket\r\n")
                worker.forwarding.appendAnswerFields(
                    head, bytes, route: match.route, requestID: requestID,
                    unixSeconds: loop.unixMilliseconds / 1000, to: &output)
            }
            update()
            return true
        case .wait, .connect, .sendRequest, .relayHead, .respond, .cut, .closeTunnel, .abandon, .finish:
            perform(action)
        }
        update()
        return false
    }

    private static func isWebSocket(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) -> Bool {
        guard let value = head.fields.value(.upgrade), !head.fields.repeats(.upgrade) else { return false }
        return ASCII.isEqual(bytes, value, ignoringCaseOf: "websocket")
    }

    func upstreamHead(_ head: borrowing ResponseHead, _ bytes: Span<UInt8>) {
        let action = exchange.receivedHead()
        guard action == .relayHead else {
            perform(action)
            update()
            return
        }
        if match.route.isLive {
            deadlines.endless(at: loop.now, worker.timeouts)
            exchangeDeadline = deadlines.next
        }
        let length: AnswerLength =
            switch head.framing {
            case .none: head.announcedLength.map { .known($0) } ?? .none
            case .length(let count): .known(count)
            case .chunked, .untilClose: .unknown
            }
        sendHead(status: head.status, reason: bytes.extracting(head.reason), length: length) { output in
            worker.forwarding.appendAnswerFields(
                head, bytes, route: match.route, requestID: requestID,
                unixSeconds: loop.unixMilliseconds / 1000, to: &output)
        }
    }

    func upstreamContent(_ bytes: Span<UInt8>) {
        sendContent(bytes)
    }

    /// All that has come is passed on: what the client doesn't take now holds Luna-Streams back.
    func upstreamPaused() {
        flush()
        holdBack()
        update()
    }

    private func holdBack() {
        guard isOutputPending, let upstream else { return }
        upstream.pauseReading()
        deadlines.paused()
        exchangeDeadline = deadlines.next
    }

    override func outputDrained() {
        guard let upstream else { return }
        deadlines.resumed(at: loop.now)
        exchangeDeadline = deadlines.next
        upstream.resumeReading()
    }

    func upstreamCompleted(isPersistent: Bool) {
        perform(exchange.answerCompleted(isPersistent: isPersistent))
        update()
    }

    func upstreamClosed() {
        perform(exchange.upstreamClosed())
        update()
    }

    func upstreamFailed(_ failure: UpstreamFailure) {
        perform(exchange.fail(failure))
        update()
    }

    private func releaseUpstream(keeps: Bool) {
        guard let released = upstream else { return }
        upstream = nil
        if keeps { worker.pool.put(released) } else { released.close() }
    }

    private func dropUpstream() {
        if let attempt {
            worker.connector.cancel(attempt)
            self.attempt = nil
        }
        releaseUpstream(keeps: false)
        loop.memory.giveBack(buffer: requestBytes)
        requestBytes = []
    }

    // MARK: Tunnel

    override func receivedTunnel(_ bytes: Span<UInt8>) {
        guard let upstream else { return }
        upstream.send(bytes)
        if upstream.isOutputPending { pauseReading() }
    }

    func upstreamTunnel(_ bytes: Span<UInt8>) {
        sendTunnel(bytes)
        holdBack()
        update()
    }

    // MARK: Ends

    override func clientFinished() -> Bool {
        // Whoever watches a preview and closes has gone; a call's answer is still awaited by a half-closed client.
        !match.route.isLive
    }

    override func refused(_ error: MessageError) {
        // Of a head that can't be read there is no id; of content that can't, its exchange has one.
        if exchange.isDone || exchange.isNew { requestID = worker.nextRequestID() }
        perform(exchange.clientGone())
        respond(.malformed(error))
    }

    override func exchangeDeadlinePassed() {
        guard let failure = deadlines.passed(at: loop.now, hasReachedPeer: attempt?.hasReachedPeer == true) else {
            exchangeDeadline = deadlines.next
            return
        }
        perform(exchange.fail(failure))
    }

    override func closed(_ end: ServerConnectionEnd) {
        perform(exchange.clientGone())
        worker.closed(self)
    }

    // MARK: Our own answers

    func respond(_ refusal: Refusal) {
        guard !isClosed else { return }
        let answer = ErrorAnswer(refusal)
        var content = loop.memory.takeBuffer()
        answer.appendContent(to: &content)
        respond(status: answer.status, content: content.span) { output in
            answer.appendFields(to: &output)
            appendCommonFields(to: &output)
        }
        loop.memory.giveBack(buffer: content)
    }

    private func respondOptions(_ methods: MethodSet) {
        respond(status: 204, content: [UInt8]().span) { output in
            output.appendField("Allow", methods.allow)
            appendCommonFields(to: &output)
        }
    }

    /// One of our own resources, as JSON.
    func respond(json content: Span<UInt8>, status: Int = 200) {
        respond(status: status, content: content) { output in
            output.appendField("Content-Type", "application/json")
            appendCommonFields(to: &output)
        }
    }

    private func appendCommonFields(to output: inout [UInt8]) {
        Forwarding.appendRequestID(requestID, to: &output)
        Forwarding.appendDate(loop.unixMilliseconds / 1000, to: &output)
    }
}
