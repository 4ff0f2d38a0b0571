import Auth
import HTTPCore

/// The exchange with Luna-Streams: its events come from the connection to Luna-Streams, its actions are done here.
extension ProxyExchange {
    /// The request is decided on: from here on it may go upstream.
    func forward(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ admitted: AdmittedRequest) {
        let principal = admitted.principal
        if match.route.isLive {
            enterPreview(principal.map { Viewer(principal: $0, proof: viewerProof(of: $0, head, bytes)) })
        }
        let request = ForwardedRequest(
            admitted, head, bytes, requestID: requestID, client: client, isPassedOn: isPassedOn)
        asksUpgrade = request.asksUpgrade
        var bytesUpstream = memory.takeBuffer()
        if admitted.checksContent, let principal {
            terms.forwarding.appendRequestFields(request, head, bytes, to: &bytesUpstream)
            swap(&requestBytes, &bytesUpstream)
            contentUse = .checking(
                GatheredRequest(
                    request: request, principal: principal, password: worker.authenticator.password(of: principal)))
            beginGathering()
            return
        }
        if principal == nil { openCall = .outside }
        if isForPlugin {
            appendPluginFields(request, principal, head, bytes, to: &bytesUpstream)
        } else {
            terms.forwarding.appendRequestFields(request, head, bytes, to: &bytesUpstream)
        }
        contentUse = .streaming
        var isComplete = head.framing == .none
        if case .length(let length) = head.framing, length <= 16384, bytes.count - head.length >= length {
            contentUse = .atHand
            isComplete = true
        } else if principal == nil, !isComplete {
            swap(&requestBytes, &bytesUpstream)
            contentUse = .collecting(request)
            beginGathering()
            return
        }
        terms.forwarding.endRequest(request, head.method, head.framing, to: &bytesUpstream)
        if isComplete, case .length(let length) = head.framing {
            bytesUpstream.append(bytes, head.length..<head.length + length)
        }
        swap(&requestBytes, &bytesUpstream)
        begin(isComplete: isComplete)
    }

    /// The request may go upstream, unless others have to come first.
    func begin(isComplete: Bool) {
        exchange = Exchange()
        countKept()
        if openCall != .none, !enterOpenCall() { return }
        deadlines.begin(at: loop.now, timeouts)
        beginExchange(isComplete: isComplete)
    }

    func beginExchange(isComplete: Bool) {
        perform(
            exchange.begin(
                isReplayable: isComplete && method.isIdempotent && !asksUpgrade, isRequestComplete: isComplete,
                asksUpgrade: asksUpgrade))
    }

    private var isStreamingContent: Bool {
        if case .streaming = contentUse { framing != .none } else { false }
    }

    func perform(_ action: ExchangeAction) {
        switch action {
        case .wait:
            break
        case .connect(let isFresh):
            connect(isFresh: isFresh)
        case .sendRequest:
            sendRequest()
        case .respond(let failure):
            dropUpstream()
            respond(refusal(failure))
        case .cut(let failure):
            dropUpstream()
            if retractAnswer() {
                respond(refusal(failure))
                return
            }
            note(refusal(failure))
            flush()
            endRecord(.cut)
            abort()
        case .closeTunnel:
            dropUpstream()
            finishTunnel()
        case .abandon:
            dropUpstream()
        case .finish(let keepsUpstream):
            exchangeEnded()
            releaseUpstream(keeps: keepsUpstream)
            if openCall != .none { endOpenCall() }
            if viewerHolder != nil { leaveViewers() }
            finish()
        case .relayInterim, .relayHead, .openTunnel:
            preconditionFailure("relayed where the head is at hand")
        }
    }

    func connect(isFresh: Bool) {
        releaseUpstream(keeps: false)
        if !isFresh, let pooled = pool.take() {
            record.connect(at: loop.now, reused: true)
            ledger.count { $0[.upstreamReused] &+= 1 }
            connected(pooled)
            return
        }
        guard worker.hasDescriptor() else {
            perform(exchange.clientGone())
            worker.note(.descriptors)
            respond(.overloaded(.descriptors))
            return
        }
        record.connect(at: loop.now, reused: false)
        if isStreamingContent { pauseReading() }
        attempt = connector.connect(for: .exchange(self), timeout: timeouts.connect)
        if attempt == nil {
            perform(exchange.connectFailed(.unreachable))
            return
        }
        deadlines.connecting(at: loop.now, timeouts)
        exchangeDeadline = deadlines.next
    }

    func connected(_ connection: consuming UpstreamConnection) {
        if attempt != nil { noteConnected() }
        attempt = nil
        connection.serve(.exchange(self), method: method, of: pool)
        let isReused = connection.isReused
        upstream = connection
        perform(exchange.connected(isReused: isReused))
    }

    func connectFailed(_ failure: UpstreamFailure) {
        attempt = nil
        ledger.count { $0.countConnectFailure(failure) }
        perform(exchange.connectFailed(failure))
        update()
    }

    func sendRequest() {
        deadlines.connected(at: loop.now, timeouts)
        exchangeDeadline = deadlines.next
        // Taken out meanwhile, and back: it may have to be sent again.
        var request = Swift.exchange(&requestBytes, with: ByteBuffer())
        request.withSpan { upstream?.send($0) }
        swap(&requestBytes, &request)
        if isStreamingContent {
            // While the client is slow to send, Luna-Streams can't be called silent.
            deadlines.paused()
            exchangeDeadline = deadlines.next
            sendContinue()
            resumeReading()
        }
    }

    func sendContent(upstream bytes: Span<UInt8>) {
        guard let upstream else { return }
        if framing == .chunked { upstream.sendChunk(bytes) } else { upstream.send(bytes) }
        if upstream.isOutputPending {
            pauseReading()
            // From here on it is Luna-Streams that keeps us waiting.
            deadlines.heard(at: loop.now)
            exchangeDeadline = deadlines.next
        }
    }

    func completeContent() {
        if framing == .chunked { upstream?.sendChunk([UInt8]().span) }
        deadlines.heard(at: loop.now)
        exchangeDeadline = deadlines.next
        exchange.requestCompleted()
    }

    /// Luna-Streams has taken all that waited for it.
    func upstreamDrained() {
        if isStreamingContent, exchange.awaitsContent {
            deadlines.paused()
            exchangeDeadline = deadlines.next
        }
        resumeReading()
        update()
    }

    func releaseUpstream(keeps: Bool) {
        guard let released = Swift.exchange(&upstream, with: nil) else { return }
        if keeps { released.putBack() } else { released.close() }
    }

    func dropRequest() {
        memory.giveBack(Swift.exchange(&requestBytes, with: ByteBuffer()))
        countKept()
    }

    /// What the request may have changed is no longer known, whatever became of it.
    private func exchangeEnded() {
        switch match.route {
        case .stream where method == .put || method == .delete:
            if let id = match.streamID { worker.terms.owners.forget(id) }
        case .streams where method == .delete:
            worker.terms.owners.forgetAll()
        case .streams, .stream, .count, .logs, .live, .frame, .streamsVersion, .documentation, .streamsPlugins,
            .version, .health, .plugins, .metrics, .tokens, .token, .account, .plugin:
            break
        }
    }

    func dropUpstream() {
        exchangeEnded()
        if let attempt {
            connector.cancel(attempt)
            self.attempt = nil
        }
        releaseUpstream(keeps: false)
        if openCall != .none { endOpenCall() }
        if viewerHolder != nil { leaveViewers() }
        dropRequest()
    }
}
