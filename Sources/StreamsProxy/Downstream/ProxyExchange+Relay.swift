import HTTPCore

/// What comes of Luna-Streams, passed on to the client.
extension ProxyExchange {
    /// How much is read from Luna-Streams at once. What the client does not take of it waits here, and of those who watch
    /// there may be thousands that take nothing.
    var readLimit: Int { match.route.isLive ? LoopMemory.readSize / 2 : LoopMemory.readSize }

    func upstreamAnswered() {
        exchange.answerBegan()
        deadlines.heard(at: loop.now)
        exchangeDeadline = deadlines.next
        dropRequest()
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
                terms.forwarding.appendAnswerFields(
                    head, bytes, route: match.route, requestID: requestID,
                    unixSeconds: loop.unixMilliseconds / 1000, to: &output)
            }
            holdBack()
        case .openTunnel:
            deadlines.endless(at: loop.now, timeouts)
            beginReviews()
            beginTunnel { output in
                output.append("Connection: Upgrade\r\nUpgrade: websocket\r\n")
                terms.forwarding.appendAnswerFields(
                    head, bytes, route: match.route, requestID: requestID,
                    unixSeconds: loop.unixMilliseconds / 1000, to: &output)
            }
            viewingBegan()
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
            deadlines.endless(at: loop.now, timeouts)
            beginReviews()
            viewing?.end = head.fields.value(.contentType).flatMap { PreviewEnd(contentType: $0, in: bytes) }
        }
        let length: AnswerLength =
            switch head.framing {
            case .none: head.announcedLength.map { .known($0) } ?? .none
            case .length(let count): .known(count)
            case .chunked, .untilClose: .unknown
            }
        sendHead(status: head.status, reason: bytes.extracting(head.reason), length: length) { output in
            terms.forwarding.appendAnswerFields(
                head, bytes, route: match.route, requestID: requestID,
                unixSeconds: loop.unixMilliseconds / 1000, to: &output)
            terms.cors?.appendFields(cors, to: &output)
        }
        if match.route.isLive, head.status < 300 { viewingBegan() }
    }

    func upstreamContent(_ bytes: Span<UInt8>) {
        if viewing?.isEnding == true { sendLastPart(bytes) } else { sendContent(bytes) }
    }

    /// All that has come is passed on: what the client doesn't take now holds Luna-Streams back.
    func upstreamPaused() {
        flush()
        holdBack()
        update()
    }

    func holdBack() {
        guard isOutputPending, let upstream else { return }
        upstream.pauseReading()
        deadlines.paused()
        exchangeDeadline = deadlines.next
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

    func upstreamTunnel(_ bytes: Span<UInt8>) {
        sendTunnel(bytes)
        holdBack()
        update()
    }
}
