import HTTPCore

/// From bytes to answers.
extension UpstreamConnection {
    /// Stops reading: what Luna-Streams sends meanwhile waits with the socket, and then with Luna-Streams.
    func pauseReading() {
        isPaused = true
        updateInterest()
    }

    func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        updateInterest()
        // TLS may hold bytes back that the socket no longer tells of.
        if case .secure = transport { receive() }
    }

    /// The head that had to wait is wanted now.
    func resumeHead() {
        guard phase == .head, let client, !input.isEmpty else { return }
        let kept = exchange(&input, with: ByteBuffer())
        isPaused = false
        updateInterest()
        kept.withSpan { interpret($0, for: client) }
        memory.giveBack(kept)
        if case .secure = transport, phase != .closed, phase != .idle, !isPaused { receive() }
    }

    func receive() {
        var buffer = memory.takeReadBuffer()
        // TLS records may wait inside libcurl, of which epoll knows nothing: read until it has none, but not for ever
        // in one turn. Plain sockets are asked once; what is left makes them ready again.
        var rounds = 0
        receiving: repeat {
            rounds += 1
            if rounds > 16 {
                // The next turn: one nanosecond on is not due in this one.
                setDeadline(loop.now.advanced(by: Interval(nanoseconds: 1)))
                break
            }
            // Each round may be another exchange's; within one the client is asked for once.
            let client = client
            switch transport.receive(descriptor, into: &buffer, limit: client?.readLimit ?? buffer.count) {
            case .bytes(let count): if let client { process(buffer.span.extracting(0..<count), for: client) }
            case .wouldBlock: break receiving
            case .end:
                ended(isReset: wasResetWhileSending)
                break receiving
            case .failed:
                ended(isReset: true)
                break receiving
            }
        } while isSecure && phase != .closed && phase != .idle && !isPaused
        memory.giveBack(readBuffer: buffer)
    }

    var isSecure: Bool {
        if case .secure = transport { true } else { false }
    }

    /// An answer that ends with its connection is whole only where the connection ended in order.
    func ended(isReset: Bool) {
        guard phase != .closed else { return }
        var reading = reader
        if phase == .content, !isReset, reading.closed() {
            isPersistent = false
            complete(surplus: 0)
        } else if let client {
            client.upstreamClosed()
        } else {
            close()
        }
    }

    func process(_ bytes: Span<UInt8>, for client: UpstreamClient) {
        client.upstreamAnswered()
        guard !input.isEmpty else {
            progress = HeadProgress()
            interpret(bytes, for: client)
            return
        }
        var pending = exchange(&input, with: ByteBuffer())
        let before = pending.count
        pending.append(bytes)
        if phase == .head {
            let limits = parser.limits
            // Taken out and put back, as a property of the connection its use would be kept track of.
            var reached = progress
            let isWorthLook = reached.isWorthLook(bytes, behind: before, line: limits.startLine, head: limits.head)
            progress = reached
            if !isWorthLook {
                swap(&input, &pending)
                return
            }
        }
        pending.withSpan { interpret($0, for: client) }
        memory.giveBack(pending)
    }

    func interpret(_ bytes: Span<UInt8>, for client: UpstreamClient) {
        var position = 0
        while true {
            switch phase {
            case .head:
                let rest = bytes.extracting(position..<bytes.count)
                guard rest.count > 0, let length = interpretHead(rest, for: client) else { return }
                position += length
            case .content:
                guard interpretContent(bytes, &position, for: client) else { return }
            case .tunnel:
                if position < bytes.count { client.upstreamTunnel(bytes.extracting(position..<bytes.count)) }
                return
            case .idle, .complete, .closed:
                return
            }
        }
    }

    /// Returns the head's length, or nil when there is nothing more to do with these bytes.
    func interpretHead(_ bytes: Span<UInt8>, for client: UpstreamClient) -> Int? {
        var head = memory.takeResponseHead()
        do throws(MessageError) {
            guard try parser.parse(bytes, answering: method, into: &head) else {
                memory.giveBack(head)
                var kept = memory.takeBuffer()
                kept.append(bytes)
                swap(&input, &kept)
                return nil
            }
        } catch {
            memory.giveBack(head)
            client.upstreamFailed(.unreadable(error))
            return nil
        }
        if !client.admitsHead(status: head.status) {
            memory.giveBack(head)
            guard phase != .closed else { return nil }
            // It waits for a decision, and all that came with it: until then nothing more is read.
            var kept = memory.takeBuffer()
            kept.append(bytes)
            swap(&input, &kept)
            pauseReading()
            return nil
        }
        let length = head.length
        if head.status < 200 {
            isFaulty = isFaulty || !head.isPersistent
            if client.upstreamInterim(head, bytes) { phase = .tunnel }
        } else {
            reader = ContentReader(head.framing)
            isPersistent = head.isPersistent && !isFaulty
            phase = .content
            client.upstreamHead(head, bytes)
        }
        memory.giveBack(head)
        return phase == .closed ? nil : length
    }

    func interpretContent(
        _ bytes: Span<UInt8>, _ position: inout Int, for client: UpstreamClient
    ) -> Bool {
        let step: ContentStep
        do throws(MessageError) {
            var reading = reader
            defer { reader = reading }
            step = try reading.next(bytes, from: &position)
        } catch {
            client.upstreamFailed(.unreadable(error))
            return false
        }
        switch step {
        case .content(let run):
            client.upstreamContent(bytes.extracting(run))
            return true
        case .needMore:
            client.upstreamPaused()
            return false
        case .finished:
            complete(surplus: bytes.count - position)
            return false
        }
    }

    /// Whether TLS has more bytes, or an end, of which epoll would say nothing while the connection is idle: the next
    /// exchange would take them for its answer.
    func holdsMoreInTLS() -> Bool {
        guard isSecure, isPersistent else { return false }
        var byte: [UInt8] = [0]
        switch transport.receive(descriptor, into: &byte, limit: 1) {
        case .wouldBlock: return false
        case .bytes, .end, .failed: return true
        }
    }

    func complete(surplus: Int) {
        phase = .complete
        client?.upstreamCompleted(
            isPersistent: isPersistent && surplus == 0 && output.isEmpty && !holdsMoreInTLS())
    }
}
