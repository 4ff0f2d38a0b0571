import CLinux
import Glibc

/// From bytes to requests.
extension ServerConnection {
    func receive() {
        var buffer = memory.takeReadBuffer()
        let result =
            switch transport {
            case .plain: SystemCall.receive(descriptor, into: &buffer, limit: readLimit(buffer.count))
            case .secure(let session): receive(through: session, into: &buffer)
            }
        switch result {
        case .bytes(let count):
            receivedBytes += count
            deliver(buffer.span.extracting(0..<count))
        case .end: peerFinished()
        case .wouldBlock: break
        case .failed: if !answerPlainHTTP() { close(phase == .lingering ? .completed : .clientGone) }
        }
        memory.giveBack(readBuffer: buffer)
    }

    /// No more is read ahead of an answer than may wait.
    private func readLimit(_ size: Int) -> Int {
        switch phase {
        case .held, .answering: max(1, min(size, settings.readAheadMaximum - input.count))
        case .head, .content, .tunnel, .lingering, .closed: size
        }
    }

    private func deliver(_ bytes: Span<UInt8>) {
        if input.isEmpty {
            let used = process(bytes)
            if phase != .closed, used < bytes.count { keep(bytes, from: used) }
            return
        }
        var pending = exchange(&input, with: ByteBuffer())
        let before = pending.count
        pending.append(bytes)
        swap(&input, &pending)
        if phase == .head, isHeadBegun {
            let limits = settings.limits
            var progress = headProgress
            let isWorthLook = progress.isWorthLook(bytes, behind: before, line: limits.startLine, head: limits.head)
            headProgress = progress
            if !isWorthLook { return }
        }
        processInput()
    }

    private func keep(_ bytes: Span<UInt8>, from used: Int) {
        var kept = memory.takeBuffer()
        kept.append(bytes, used..<bytes.count)
        swap(&input, &kept)
        if phase == .head { beginHead() }
    }

    /// Part of a head has come: from now on its rest has its own time, whatever else comes of it.
    private func beginHead() {
        guard !isHeadBegun else { return }
        isHeadBegun = true
        headProgress = HeadProgress()
        patience = loop.now.advanced(by: settings.headTimeout)
    }

    /// Goes on with what is in the input.
    func processInput() {
        guard !isProcessing else { return }
        isUnfinished = false
        guard !input.isEmpty, phase != .closed else { return }
        var pending = exchange(&input, with: ByteBuffer())
        let used = pending.withSpan { process($0) }
        if phase == .closed || used == pending.count {
            memory.giveBack(pending)
        } else {
            pending.removeFirst(used)
            swap(&input, &pending)
            if phase == .head, !isOutputPending { beginHead() }
        }
    }

    /// Requests, and runs of content, that are worked on at once. What a client sends at once could be thousands of either:
    /// of the shortest requests, each answered here, as many take some milliseconds.
    private static let stepsPerTurn = 128

    /// Uses what it can of `bytes` and returns how much that was.
    private func process(_ bytes: Span<UInt8>) -> Int {
        isProcessing = true
        var position = 0
        var steps = 0
        while advance(bytes, &position) {
            steps += 1
            // The rest in the next turn, with everybody else's events in between.
            if steps == Self.stepsPerTurn, position < bytes.count {
                isUnfinished = true
                break
            }
        }
        isProcessing = false
        if phase != .closed { flush() }
        // A client that has shut down its side can't complete what has not come.
        if phase == .head, hasPeerFinished, !isOutputPending, !isUnfinished { linger() }
        if phase == .content, hasPeerFinished, position == bytes.count, !isReadingPaused { close(.clientGone) }
        return phase == .closed ? bytes.count : position
    }

    /// One step of the protocol; false when there is nothing more to do with these bytes now.
    private func advance(_ bytes: Span<UInt8>, _ position: inout Int) -> Bool {
        switch phase {
        case .head:
            guard position < bytes.count, !isOutputHigh() else { return false }
            return advanceHead(bytes, &position)
        case .content:
            return advanceContent(bytes, &position)
        case .tunnel:
            guard position < bytes.count, !isReadingPaused else { return false }
            let start = position
            position = bytes.count
            exchangeTally.requestBytes += position - start
            receivedTunnel(bytes.extracting(start..<bytes.count))
            return false
        case .lingering:
            position = bytes.count
            return false
        case .held, .answering, .closed:
            return false
        }
    }

    /// Whether so much output waits that no further request is begun: a client that pipelines and never reads would
    /// fill the memory with answers.
    private func isOutputHigh() -> Bool {
        if isOutputPending { return true }
        guard output.count > LoopMemory.waitingMaximum else { return false }
        flush()
        return isOutputPending
    }

    private func advanceHead(_ bytes: Span<UInt8>, _ position: inout Int) -> Bool {
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
            exchangeTally = ExchangeTally()
            exchangeTally.requestBytes = message.count
            refuse(error, method: method, head: message)
            return false
        }
        begin(head)
        if head.framing == .chunked { lookAhead(bytes.extracting(position + head.length..<bytes.count)) }
        isResumeAsked = false
        let isTaken = received(head, in: message)
        let length = head.length
        memory.giveBack(head)
        if phase == .closed || phase == .lingering { return false }
        guard isTaken else {
            if isResumeAsked {
                phase = .head
                answer = .finished
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

    private func begin(_ head: borrowing RequestHead) {
        hasSkippedEmptyLine = false
        isHeadBegun = false
        exchangeTally = ExchangeTally()
        exchangeTally.requestBytes = head.length
        payer = nil
        requestMethod = head.method
        requestVersion = head.version
        isPersistent = head.isPersistent && !isServerEnding
        owesContinue = head.expectsContinue
        reader = ContentReader(head.framing, maximum: settings.contentMaximum)
        answer = .awaited
        isDraining = false
        drained = 0
        isReadingPaused = false
        isContentAtHand = false
        if head.framing == .none {
            phase = .answering
            patience = .never
        } else {
            phase = .content
            awaitContent()
        }
    }

    /// Nothing after these bytes can be understood, or waited for: one answer, then the end.
    /// `head` is what has come of the request where it is its head that is refused.
    func refuse(_ error: MessageError, method: Method = .other, head: Span<UInt8>? = nil) {
        isPersistent = false
        owesContinue = false
        if phase == .head {
            requestMethod = method
            requestVersion = .http11
            answer = .awaited
        }
        patience = .never
        if answer == .finished {
            linger()
            return
        }
        // Half an answer is out: only cutting it tells the client that it will never be whole.
        if answer == .awaited { refused(error, head: head) } else { contentFailed(error) }
        if phase != .closed, phase != .lingering { abort() }
    }

    /// The time for a head is over. It may be wrong, too, in a line that has not been looked at: then that is told.
    func headTooSlow() {
        processInput()
        if phase == .head, !input.isEmpty {
            let pending = exchange(&input, with: ByteBuffer())
            pending.withSpan { refuse(.headTooSlow, head: $0) }
            memory.giveBack(pending)
        }
    }

    private func peerFinished() {
        // What has dripped in without a line's end has not been looked at: it may be wrong already, and is told so.
        if phase == .head { processInput() }
        hasPeerFinished = true
        switch phase {
        case .head: close(input.isEmpty ? .completed : .clientGone)
        case .lingering: close(.completed)
        case .content where answer == .finished: linger()
        // Half a request: nobody waits for its answer. What has come and is held back may still be the other half.
        case .content: if input.isEmpty { close(.clientGone) }
        // What it sent before is still answered, pipelined requests too: shutting down one side says no more than
        // that nothing else will come.
        case .held, .answering, .tunnel: if !clientFinished() { close(.clientGone) }
        case .closed: break
        }
    }

    // MARK: For the subclass

    /// Parses the held head again and hands it over.
    package func resumeHead() {
        guard phase == .held else {
            isResumeAsked = true
            return
        }
        phase = .head
        answer = .finished
        processInput()
        update()
    }
}
