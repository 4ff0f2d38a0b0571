import CLinux
import Glibc

/// What is known of a content's length when its head is written.
package enum AnswerLength: Sendable {
    /// There is none and never will be: 204, 304.
    case none
    case known(Int)
    case unknown
}

/// From answers to bytes. Framing and Connection are decided here, from the request and what its answerer knows.
extension ServerConnection {
    /// An interim answer (RFC 9110 §15.2); `write` appends its fields. HTTP/1.0 clients get none.
    package func sendInterim(status: Int, _ write: (inout ByteBuffer) -> Void) {
        guard requestVersion == .http11, answer == .awaited else { return }
        append { bytes in
            Self.appendStatusLine(status, to: &bytes)
            write(&bytes)
            bytes.append("\r\n")
        }
        flush()
    }

    /// 100, if the client waits for it.
    package func sendContinue() {
        guard owesContinue else { return }
        owesContinue = false
        sendInterim(status: 100) { _ in }
    }

    /// Starts the final answer. `write` appends its fields but for framing and Connection.
    package func sendHead(
        status: Int, reason: Span<UInt8>? = nil, length: AnswerLength, _ write: (inout ByteBuffer) -> Void
    ) {
        precondition(answer == .awaited, "a request is answered once")
        unsentFrom = output.count
        exchangeTally.status = status
        exchangeTally.answered = loop.now
        let isWithoutContent = requestMethod == .head || status == 204 || status == 304
        switch length {
        case .none: answer = .empty
        case .known(let count): answer = isWithoutContent ? .empty : .length(remaining: count)
        case .unknown:
            answer = isWithoutContent ? .empty : requestVersion == .http11 ? .chunked : .untilClose
        }
        if answer == .untilClose || !canReadOn { isPersistent = false }
        let isPersistent = isPersistent
        let isChunked = answer == .chunked
        let tellsKeepAlive = requestVersion == .http10
        append { bytes in
            if let reason {
                Self.appendStatusLine(status, reason, to: &bytes)
            } else {
                Self.appendStatusLine(status, to: &bytes)
            }
            write(&bytes)
            // RFC 9110 §8.6: none with 204; with 304 and HEAD it would be what GET had.
            if case .known(let count) = length, status != 204 {
                bytes.append("Content-Length: ")
                bytes.append(decimal: count)
                bytes.append("\r\n")
            } else if isChunked {
                bytes.append("Transfer-Encoding: chunked\r\n")
            }
            if !isPersistent {
                bytes.append("Connection: close\r\n")
            } else if tellsKeepAlive {
                bytes.append("Connection: keep-alive\r\n")
            }
            bytes.append("\r\n")
        }
    }

    private func append(_ write: (inout ByteBuffer) -> Void) {
        let before = output.count
        output.append(memory, write)
        exchangeTally.answerBytes += output.count - before
    }

    /// Whether what is left of the request can be read and dropped to reach the next.
    private var canReadOn: Bool {
        guard phase == .content else { return true }
        // A client that waits for 100 may never send its content, or may: nothing tells which (RFC 9110 §10.1.1).
        if owesContinue { return false }
        // Of content in chunks nothing tells how much is to come, so whoever sends it must not count on a next request.
        guard let remaining = reader.remaining else { return isContentAtHand }
        return remaining <= settings.drainMaximum
    }

    private static func appendStatusLine(_ status: Int, to bytes: inout ByteBuffer) {
        bytes.append("HTTP/1.1 ")
        bytes.append(decimal: status)
        bytes.append(0x20)
        bytes.append(Status.reason(status))
        bytes.append("\r\n")
    }

    private static func appendStatusLine(_ status: Int, _ reason: Span<UInt8>, to bytes: inout ByteBuffer) {
        bytes.append("HTTP/1.1 ")
        bytes.append(decimal: status)
        bytes.append(0x20)
        bytes.append(reason)
        bytes.append("\r\n")
    }

    /// A run of the answer's content. Small runs join the head in one send; large ones go out from where they are.
    package func sendContent(_ content: Span<UInt8>) {
        guard content.count > 0, phase != .closed else { return }
        switch answer {
        case .length(let remaining):
            precondition(content.count <= remaining, "no more content than was announced")
            answer = .length(remaining: remaining - content.count)
            send(content, closing: nil)
        case .chunked:
            append { bytes in
                bytes.append(hexadecimal: content.count)
                bytes.append("\r\n")
            }
            send(content, closing: "\r\n")
        case .untilClose:
            send(content, closing: nil)
        case .empty:
            break
        case .awaited, .finished:
            preconditionFailure("content comes after a head and before the end")
        }
    }

    private func send(_ content: Span<UInt8>, closing: StaticString?) {
        if content.count <= 2048 || !output.isEmpty && output.count > 16384 {
            append { bytes in
                bytes.append(content)
                if let closing { bytes.append(closing) }
            }
            return
        }
        let none: [UInt8] = []
        let end: [UInt8] = [0x0D, 0x0A]
        let hadOutput = sendPatience != .never
        exchangeTally.answerBytes += content.count + (closing == nil ? 0 : end.count)
        sent(transmit(content, closing: closing == nil ? none.span : end.span), hadOutput: hadOutput)
    }

    private func transmit(_ content: Span<UInt8>, closing: Span<UInt8>) -> IOResult {
        switch transport {
        case .plain: output.send(to: descriptor, content, closing: closing, memory: memory)
        case .secure(let session): transmit(content, closing: closing, through: session)
        }
    }

    /// Sends what waits. What the socket does not take stays, and `isOutputPending` says so.
    package func flush() {
        guard phase != .closed, !output.isEmpty else { return }
        let hadOutput = sendPatience != .never
        let none: [UInt8] = []
        sent(transmit(none.span, closing: none.span), hadOutput: hadOutput)
    }

    private func sent(_ result: IOResult, hadOutput: Bool) {
        switch result {
        case .bytes(let count):
            if count > 0 { unsentFrom = nil }
            sentBytes += count
            if output.isEmpty {
                sendPatience = .never
                if hadOutput { drainedOutput() }
            } else if count > 0 || !hadOutput {
                sendPatience = loop.now.advanced(by: settings.sendTimeout)
            }
        case .wouldBlock:
            break
        case .end, .failed:
            close(.clientGone)
        }
    }

    private func drainedOutput() {
        if phase == .lingering {
            lingerOn()
        } else {
            outputDrained()
            if phase == .head { processInput() }
            if phase == .head, hasPeerFinished, !isUnfinished { linger() }
        }
    }

    /// Takes back the answer that was begun, if none of it has left: another can be given instead.
    package func retractAnswer() -> Bool {
        guard let unsentFrom, phase != .closed, answer != .awaited, answer != .finished else { return false }
        exchangeTally.answerBytes -= output.count - unsentFrom
        exchangeTally.status = 0
        exchangeTally.answered = .never
        output.truncate(to: unsentFrom)
        answer = .awaited
        self.unsentFrom = nil
        return true
    }

    /// Whether something waits for the client: a sign to stop producing more.
    package var isOutputPending: Bool { sendPatience != .never }

    /// The answer is complete.
    package func finish() {
        guard phase != .closed else { return }
        switch answer {
        case .length(let remaining): precondition(remaining == 0, "as much content as was announced")
        case .chunked: append { $0.append("0\r\n\r\n") }
        case .untilClose, .empty: break
        case .awaited, .finished: preconditionFailure("an answer ends once, after it has begun")
        }
        answer = .finished
        exchangeDeadline = .never
        answerFinished()
        switch phase {
        case .answering:
            nextRequest()
        case .content where isPersistent:
            isDraining = true
            awaitContent()
            if !isProcessing {
                flush()
                processInput()
            }
        case .content, .head:
            linger()
        case .held, .tunnel, .lingering, .closed:
            preconditionFailure("only a request that was handed over is answered")
        }
        if !isProcessing { flush() }
    }

    func nextRequest() {
        guard isPersistent, !hasPeerFinished || isProcessing || !input.isEmpty else {
            if input.isEmpty, !isProcessing {
                flush()
                if phase != .closed, output.isEmpty {
                    close(.completed)
                    return
                }
            }
            linger()
            return
        }
        phase = .head
        idleBegan = loop.now
        let idle = isServerEnding ? settings.endingIdleTimeout : settings.keepAliveTimeout
        patience = loop.now.advanced(by: idle)
        if !isProcessing {
            flush()
            processInput()
        }
    }

    /// Says no more, but listens on for a while: closing at once would reset the connection under the answer that
    /// the client is still reading (RFC 9112 §9.6).
    func linger() {
        guard phase != .closed, phase != .lingering else { return }
        phase = .lingering
        memory.giveBack(exchange(&input, with: ByteBuffer()))
        flush()
        guard phase != .closed else { return }
        // While output waits, the patience with a client that does not take it is that of every answer.
        patience = .never
        if output.isEmpty { lingerOn() }
    }

    /// All is said: tell the client so, and wait for its end.
    func lingerOn() {
        if hasPeerFinished {
            close(.completed)
            return
        }
        guard finishSession() else {
            sendPatience = loop.now.advanced(by: settings.sendTimeout)
            return
        }
        sendPatience = .never
        shutdown(descriptor, Int32(SHUT_WR))
        patience = loop.now.advanced(by: settings.lingerTimeout)
    }

    /// Sends a whole small answer.
    package func respond(status: Int, content: Span<UInt8>, _ write: (inout ByteBuffer) -> Void) {
        sendHead(status: status, length: status == 204 ? .none : .known(content.count), write)
        sendContent(content)
        finish()
    }

    // MARK: Tunnel

    /// After a 101: from now on bytes go both ways as they are. `write` appends the head's fields.
    package func beginTunnel(_ write: (inout ByteBuffer) -> Void) {
        precondition(phase == .answering && answer == .awaited, "only an unanswered request becomes a tunnel")
        append { bytes in
            bytes.append("HTTP/1.1 101 Switching Protocols\r\n")
            write(&bytes)
            bytes.append("\r\n")
        }
        answer = .finished
        exchangeTally.status = 101
        exchangeTally.answered = loop.now
        phase = .tunnel
        isPersistent = false
        flush()
        processInput()
    }

    /// Bytes for the tunnel's client.
    package func sendTunnel(_ bytes: Span<UInt8>) {
        guard phase == .tunnel else { return }
        send(bytes, closing: nil)
        flush()
    }

    /// The tunnel's other end is done: the client gets what waits for it, then the end.
    package func finishTunnel() {
        guard phase == .tunnel else { return }
        linger()
    }
}
