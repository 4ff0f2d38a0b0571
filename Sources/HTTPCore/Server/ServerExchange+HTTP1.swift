/// From answers to bytes of HTTP/1. Framing and Connection are decided here, from the request and what its answerer knows.
extension ServerExchange {
    func sendInterim(status: Int, over connection: HTTP1Connection, _ write: (inout ByteBuffer) -> Void) {
        append { bytes in
            Self.appendStatusLine(status, to: &bytes)
            write(&bytes)
            bytes.append("\r\n")
        }
        connection.flush(self)
    }

    func sendHead(
        status: Int, reason: Span<UInt8>?, length: AnswerLength, over connection: HTTP1Connection,
        _ write: (inout ByteBuffer) -> Void
    ) {
        precondition(answer == .awaited, "a request is answered once")
        unsentFrom = output.count
        exchangeTally.status = status
        exchangeTally.answered = loop.now
        let isWithoutContent = requestMethod == .head || status == 204 || status == 304
        let isVersion11 = requestVersion == .http11
        let framing: AnswerState =
            switch length {
            case .none: .empty
            case .known(let count): isWithoutContent ? .empty : .length(remaining: count)
            case .unknown: isWithoutContent ? .empty : isVersion11 ? .chunked : .untilClose
            }
        answer = framing
        if framing == .untilClose || !canReadOn(over: connection) { connection.isPersistent = false }
        let isPersistent = connection.isPersistent
        let isChunked = framing == .chunked
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
            } else if !isVersion11 {
                bytes.append("Connection: keep-alive\r\n")
            }
            bytes.append("\r\n")
        }
    }

    func append(_ write: (inout ByteBuffer) -> Void) {
        let before = output.count
        output.append(memory, write)
        exchangeTally.answerBytes += output.count - before
    }

    /// Whether what is left of the request can be read and dropped to reach the next.
    private func canReadOn(over connection: HTTP1Connection) -> Bool {
        guard connection.phase == .content else { return true }
        // A client that waits for 100 may never send its content, or may: nothing tells which (RFC 9110 §10.1.1).
        if owesContinue { return false }
        // Of content in chunks nothing tells how much is to come, so whoever sends it must not count on a next request.
        guard let remaining = reader.remaining else { return isContentAtHand }
        return remaining <= connection.settings.drainMaximum
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

    func sendContent(_ content: Span<UInt8>, over connection: HTTP1Connection) {
        switch answer {
        case .length(let remaining):
            precondition(content.count <= remaining, "no more content than was announced")
            answer = .length(remaining: remaining - content.count)
            send(content, closing: nil, over: connection)
        case .chunked:
            append { bytes in
                bytes.append(hexadecimal: content.count)
                bytes.append("\r\n")
            }
            send(content, closing: "\r\n", over: connection)
        case .untilClose:
            send(content, closing: nil, over: connection)
        case .empty:
            break
        case .awaited, .finished:
            preconditionFailure("content comes after a head and before the end")
        }
    }

    func send(_ content: Span<UInt8>, closing: StaticString?, over connection: HTTP1Connection) {
        if content.count <= 2048 || !output.isEmpty && output.count > 16384 {
            append { bytes in
                bytes.append(content)
                if let closing { bytes.append(closing) }
            }
            return
        }
        let none: [UInt8] = []
        let end: [UInt8] = [0x0D, 0x0A]
        let hadOutput = connection.isOutputPending
        exchangeTally.answerBytes += content.count + (closing == nil ? 0 : end.count)
        let result = connection.transmit(content, closing: closing == nil ? none.span : end.span, of: self)
        connection.sent(result, hadOutput: hadOutput, of: self)
    }
}
