/// The heads of requests.
extension HTTP1Connection {
    func advanceHead(_ bytes: Span<UInt8>, _ position: inout Int, of exchange: ServerExchange) -> Bool {
        // RFC 9112 §2.2: one empty line before a request is passed over, for old clients that end content with one.
        if !hasSkippedEmptyLine, bytes[position] == 0x0D {
            guard position + 1 < bytes.count else { return false }
            if bytes[position + 1] == 0x0A {
                hasSkippedEmptyLine = true
                position += 2
                return true
            }
        }
        let message = bytes.extracting(position..<bytes.count)
        var head = memory.takeRequestHead()
        do throws(MessageError) {
            guard try serverTerms.parser.parse(message, into: &head) else {
                memory.giveBack(head)
                return false
            }
            try head.checkLength(maximum: settings.contentMaximum)
        } catch {
            let method = head.method
            memory.giveBack(head)
            exchange.exchangeTally = ExchangeTally()
            exchange.exchangeTally.requestBytes = message.count
            refuse(error, method: method, head: message)
            return false
        }
        begin(head, exchange)
        if head.framing == .chunked { lookAhead(bytes.extracting(position + head.length..<bytes.count), for: exchange) }
        exchange.isResumeAsked = false
        let isTaken = exchange.received(head, in: message)
        let length = head.length
        memory.giveBack(head)
        if phase == .closed || phase == .lingering { return false }
        guard isTaken else {
            if exchange.isResumeAsked {
                phase = .head
                exchange.answer = .finished
                return true
            }
            phase = .held
            // Now it is the client that waits.
            patience = .never
            return false
        }
        position += length
        return true
    }

    private func begin(_ head: borrowing RequestHead, _ exchange: ServerExchange) {
        hasSkippedEmptyLine = false
        isHeadBegun = false
        isPersistent = head.isPersistent && !isServerEnding
        exchange.exchangeTally = ExchangeTally()
        exchange.exchangeTally.requestBytes = head.length
        exchange.answerable = nil
        exchange.requestMethod = head.method
        exchange.requestVersion = head.version
        exchange.owesContinue = head.expectsContinue
        exchange.reader = ContentReader(head.framing, maximum: settings.contentMaximum)
        exchange.answer = .awaited
        exchange.isDraining = false
        exchange.drained = 0
        exchange.isReadingPaused = false
        exchange.isContentAtHand = false
        if head.framing == .none {
            phase = .answering
            patience = .never
        } else {
            phase = .content
            awaitContent(of: exchange)
        }
    }

    /// Nothing after these bytes can be understood, or waited for: one answer, then the end.
    /// `head` is what has come of the request where it is its head that is refused.
    func refuse(_ error: MessageError, method: Method = .other, head: Span<UInt8>? = nil) {
        let exchange = exchange ?? lend()
        isPersistent = false
        exchange.owesContinue = false
        if phase == .head {
            exchange.requestMethod = method
            exchange.requestVersion = .http11
            exchange.answer = .awaited
        }
        patience = .never
        if exchange.answer == .finished {
            linger()
            return
        }
        // Half an answer is out: only cutting it tells the client that it will never be whole.
        if exchange.answer == .awaited { exchange.refused(error, head: head) } else { exchange.contentFailed(error) }
        if phase != .closed, phase != .lingering { abort() }
    }

    /// The time for a head is over. It may be wrong, too, in a line that has not been looked at: then that is told.
    func headTooSlow() {
        processInput()
        if phase == .head, !input.isEmpty {
            let pending = Swift.exchange(&input, with: ByteBuffer())
            pending.withSpan { refuse(.headTooSlow, head: $0) }
            memory.giveBack(pending)
        }
    }

    // MARK: For the exchange

    /// Parses the held head again and hands it over.
    func resumeHead(of exchange: ServerExchange) {
        guard phase == .held else {
            exchange.isResumeAsked = true
            return
        }
        phase = .head
        exchange.answer = .finished
        processInput()
        update()
    }
}
