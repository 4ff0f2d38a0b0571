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
        // While a head drips in, it is looked at again only where a line has ended or a limit was crossed: parsing
        // is over the whole head each time, and a byte at a time that would be quadratic.
        let limits = settings.limits
        if phase == .head, !Self.hasLineEnd(bytes),
            before <= limits.startLine && input.count <= limits.startLine
                || before > limits.startLine && input.count < limits.head
        {
            return
        }
        processInput()
    }

    private static func hasLineEnd(_ bytes: Span<UInt8>) -> Bool {
        for index in 0..<bytes.count where bytes[index] == 0x0A { return true }
        return false
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
        patience = loop.now.advanced(by: settings.headTimeout)
    }

    /// Goes on with what is in the input.
    func processInput() {
        guard !isProcessing, !input.isEmpty, phase != .closed else { return }
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

    /// Uses what it can of `bytes` and returns how much that was.
    private func process(_ bytes: Span<UInt8>) -> Int {
        isProcessing = true
        var position = 0
        while advance(bytes, &position) {}
        isProcessing = false
        if phase != .closed { flush() }
        // A client that has shut down its side can't complete what has not come.
        if phase == .head, hasPeerFinished, !isOutputPending { linger() }
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
            refuse(error, method: method)
            return false
        }
        begin(head)
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
        requestMethod = head.method
        requestVersion = head.version
        isPersistent = head.isPersistent && !isServerEnding
        owesContinue = head.expectsContinue
        reader = ContentReader(head.framing, maximum: settings.contentMaximum)
        answer = .awaited
        isDraining = false
        drained = 0
        isReadingPaused = false
        if head.framing == .none {
            phase = .answering
            patience = .never
        } else {
            phase = .content
            awaitContent()
        }
    }

    /// From now on content must keep coming.
    func awaitContent() {
        pace.begin(at: loop.now, within: settings.pace)
        patience = pace.deadline
    }

    private func advanceContent(_ bytes: Span<UInt8>, _ position: inout Int) -> Bool {
        // Content that is complete needs no more reading: its end is told even while reading is paused.
        if isReadingPaused, !isDraining, !reader.isFinished { return false }
        let step: ContentStep
        let start = position
        do throws(MessageError) {
            var reading = reader
            defer { reader = reading }
            step = try reading.next(bytes, from: &position)
        } catch {
            refuse(error)
            return false
        }
        exchangeTally.requestBytes += position - start
        switch step {
        case .content(let run):
            pace.received(run.count, at: loop.now, within: settings.pace)
            patience = pace.deadline
            // Whoever sends content does not wait for 100 any more.
            owesContinue = false
            if isDraining {
                drained += run.count
                if drained > settings.drainMaximum { linger() }
            } else {
                receivedContent(bytes.extracting(run))
            }
            return true
        case .needMore:
            return false
        case .finished:
            patience = .never
            phase = .answering
            if answer == .finished { nextRequest() } else { receivedEnd() }
            return true
        }
    }

    /// Nothing after these bytes can be understood, or waited for: one answer, then the end.
    func refuse(_ error: MessageError, method: Method = .other) {
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
        if answer == .awaited { refused(error) } else { contentFailed(error) }
        if phase != .closed, phase != .lingering { abort() }
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

    /// The content at hand is no longer waited for.
    package func refuseContent(_ error: MessageError) {
        guard phase == .content else { return }
        refuse(error)
    }

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

    /// Stops reading content, or the tunnel: what has come already waits with the socket.
    package func pauseReading() {
        isReadingPaused = true
        // Who is not listened to can't be silent.
        if phase == .content { patience = .never }
    }

    /// Reads on.
    package func resumeReading() {
        guard isReadingPaused else { return }
        isReadingPaused = false
        if phase == .content { awaitContent() }
        processInput()
    }
}
