import CLinux
import Glibc

/// From bytes to requests.
extension HTTP1Connection {
    func receive() {
        var buffer = memory.takeReadBuffer()
        switch read(into: &buffer, limit: readLimit(buffer.count)) {
        case .bytes(let count): deliver(buffer.span.extracting(0..<count))
        case .end: peerFinished()
        case .wouldBlock: break
        case .failed:
            if meetsPlainHTTP() {
                refuse(.plainTextToTLS)
            } else {
                close(phase == .lingering ? .completed : .clientGone)
            }
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
        var pending = Swift.exchange(&input, with: ByteBuffer())
        let before = pending.count
        pending.append(bytes)
        swap(&input, &pending)
        if phase == .head, isHeadBegun, let exchange {
            let limits = settings.limits
            var progress = exchange.headProgress
            let isWorthLook = progress.isWorthLook(bytes, behind: before, line: limits.startLine, head: limits.head)
            exchange.headProgress = progress
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
        exchange?.headProgress = HeadProgress()
        patience = loop.now.advanced(by: settings.headTimeout)
    }

    /// Goes on with what is in the input.
    func processInput() {
        guard !isProcessing else { return }
        isUnfinished = false
        guard !input.isEmpty, phase != .closed else { return }
        var pending = Swift.exchange(&input, with: ByteBuffer())
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
        if phase == .content, hasPeerFinished, position == bytes.count, exchange?.isReadingPaused == false {
            close(.clientGone)
        }
        return phase == .closed ? bytes.count : position
    }

    /// One step of the protocol; false when there is nothing more to do with these bytes now.
    private func advance(_ bytes: Span<UInt8>, _ position: inout Int) -> Bool {
        switch phase {
        case .head:
            guard position < bytes.count, !isOutputHigh() else { return false }
            return advanceHead(bytes, &position, of: exchange ?? lend())
        case .content:
            guard let exchange else { return false }
            return advanceContent(bytes, &position, of: exchange)
        case .tunnel:
            guard position < bytes.count, let exchange, !exchange.isReadingPaused else { return false }
            let start = position
            position = bytes.count
            exchange.exchangeTally.requestBytes += position - start
            exchange.receivedTunnel(bytes.extracting(start..<bytes.count))
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
        guard let exchange, exchange.output.count > LoopMemory.waitingMaximum else { return false }
        flush()
        return isOutputPending
    }
}
