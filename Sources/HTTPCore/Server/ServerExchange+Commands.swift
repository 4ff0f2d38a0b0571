/// What a subclass tells the client, and asks about it. After the client has gone there is nobody to hear it.
extension ServerExchange {
    // MARK: The client

    /// Who is at the other end.
    package final var peer: SocketAddress {
        switch link {
        case .none: .none
        case .http1(let connection): connection.peer
        }
    }

    /// Whether it is who is at the other end, as far as can be told.
    package final func isFrom(_ address: SocketAddress, isSecure: Bool) -> Bool {
        switch link {
        case .none: false
        case .http1(let connection):
            connection.isSecure == isSecure && connection.peer.port == address.port
                && connection.peer.ip == address.ip
        }
    }

    /// Whether the client speaks TLS.
    package final var isSecure: Bool {
        switch link {
        case .none: false
        case .http1(let connection): connection.isSecure
        }
    }

    /// Whether the client is gone.
    package final var isClosed: Bool {
        switch link {
        case .none: true
        case .http1: false
        }
    }

    /// Whether no request is at hand: what is refused then is a head.
    package final var isBetweenRequests: Bool {
        switch link {
        case .none: true
        case .http1(let connection): connection.phase == .head
        }
    }

    package final var tally: ExchangeTally { exchangeTally }

    /// Who answers for what is kept of the request at hand and its answer; nil until somebody has let it in.
    package final var payer: BufferPayer? {
        get { answerable }
        set { answerable = newValue }
    }

    /// The subclass's deadline for the exchange at hand; `exchangeDeadlinePassed` tells.
    package final var exchangeDeadline: Instant {
        get { exchangeEnd }
        set { exchangeEnd = newValue }
    }

    /// The kernel keeps no more than about so many bytes for the client. Where it refuses, it keeps more.
    package final func boundKernelBuffer(_ count: Int32) {
        switch link {
        case .none: break
        case .http1(let connection): connection.boundKernelBuffer(count)
        }
    }

    /// What is waited for is brought into line with the state. To be called after acting from outside one of the exchange's
    /// own hooks; whoever calls it has nothing more to say.
    package final func update() {
        switch link {
        case .none: break
        // What it works on now ends with an update of its own.
        case .http1(let connection): if !connection.isProcessing { connection.update() }
        }
    }

    /// The subclass keeps so many bytes of the request at hand.
    package final func hold(_ count: Int) {
        if heldBytes == count { return }
        heldBytes = count
        countBytes()
    }

    /// Memory that is kept for it: for what came and is not used yet, and for what waits for the client.
    package final var bufferedBytes: Int {
        switch link {
        case .none: output.capacity
        case .http1(let connection): connection.input.capacity + output.capacity
        }
    }

    // MARK: The request

    /// The held head is parsed again and handed over.
    package final func resumeHead() {
        switch link {
        case .none: break
        case .http1(let connection): connection.resumeHead(of: self)
        }
    }

    /// The content at hand is no longer waited for.
    package final func refuseContent(_ error: MessageError) {
        switch link {
        case .none: break
        case .http1(let connection): connection.refuseContent(error)
        }
    }

    /// Stops reading content, or the tunnel: what has come already waits with the client.
    package final func pauseReading() {
        isReadingPaused = true
        switch link {
        case .none: break
        case .http1(let connection): connection.readingPaused()
        }
    }

    /// Reads on.
    package final func resumeReading() {
        guard isReadingPaused else { return }
        isReadingPaused = false
        switch link {
        case .none: break
        case .http1(let connection): connection.readingResumed(for: self)
        }
    }

    // MARK: The answer

    /// An interim answer (RFC 9110 §15.2); `write` appends its fields. HTTP/1.0 clients get none.
    package final func sendInterim(status: Int, _ write: (inout ByteBuffer) -> Void) {
        guard requestVersion == .http11, answer == .awaited else { return }
        switch link {
        case .none: break
        case .http1(let connection): sendInterim(status: status, over: connection, write)
        }
    }

    /// 100, if the client waits for it.
    package final func sendContinue() {
        guard owesContinue else { return }
        owesContinue = false
        sendInterim(status: 100) { _ in }
    }

    /// Starts the final answer. `write` appends its fields but for framing and Connection.
    package final func sendHead(
        status: Int, reason: Span<UInt8>? = nil, length: AnswerLength, _ write: (inout ByteBuffer) -> Void
    ) {
        switch link {
        case .none: break
        case .http1(let connection):
            sendHead(status: status, reason: reason, length: length, over: connection, write)
        }
    }

    /// A run of the answer's content. Small runs join the head in one send; large ones go out from where they are.
    package final func sendContent(_ content: Span<UInt8>) {
        guard content.count > 0 else { return }
        switch link {
        case .none: break
        case .http1(let connection): sendContent(content, over: connection)
        }
    }

    /// Sends what waits. What the client does not take stays, and `isOutputPending` says so.
    package final func flush() {
        guard !output.isEmpty else { return }
        switch link {
        case .none: break
        case .http1(let connection): connection.flush(self)
        }
    }

    /// Whether something waits for the client: a sign to stop producing more.
    package final var isOutputPending: Bool {
        switch link {
        case .none: false
        case .http1(let connection): connection.isOutputPending
        }
    }

    /// Whether the answer has begun and nothing announced how long it is: it may end anywhere.
    package final var isAnswerEndless: Bool { answer == .chunked || answer == .untilClose }

    /// Takes back the answer that was begun, if none of it has left: another can be given instead.
    package final func retractAnswer() -> Bool {
        guard let unsentFrom, !isClosed, answer != .awaited, answer != .finished else { return false }
        exchangeTally.answerBytes -= output.count - unsentFrom
        exchangeTally.status = 0
        exchangeTally.answered = .never
        output.truncate(to: unsentFrom)
        answer = .awaited
        self.unsentFrom = nil
        return true
    }

    /// The answer is complete.
    package final func finish() {
        switch link {
        case .none: break
        case .http1(let connection): connection.finish(self)
        }
    }

    /// The answer is complete, and the client is served no further, whatever the head has said.
    package final func finishLast() {
        switch link {
        case .none: break
        case .http1(let connection):
            connection.isPersistent = false
            connection.finish(self)
        }
    }

    /// Sends a whole small answer.
    package final func respond(status: Int, content: Span<UInt8>, _ write: (inout ByteBuffer) -> Void) {
        sendHead(status: status, length: status == 204 ? .none : .known(content.count), write)
        sendContent(content)
        finish()
    }

    /// Cuts the answer so that the client notices: what it has can't pass for a whole one.
    package final func abort() {
        switch link {
        case .none: break
        case .http1(let connection): connection.abort()
        }
    }

    // MARK: Tunnel

    /// After a 101: from now on bytes go both ways as they are. `write` appends the head's fields.
    package final func beginTunnel(_ write: (inout ByteBuffer) -> Void) {
        switch link {
        case .none: break
        case .http1(let connection): connection.beginTunnel(of: self, write)
        }
    }

    /// Bytes for the tunnel's client.
    package final func sendTunnel(_ bytes: Span<UInt8>) {
        switch link {
        case .none: break
        case .http1(let connection): connection.sendTunnel(bytes, of: self)
        }
    }

    /// The tunnel's other end is done: the client gets what waits for it, then the end.
    package final func finishTunnel() {
        switch link {
        case .none: break
        case .http1(let connection): connection.finishTunnel()
        }
    }
}

/// What is kept for later, and how it is let go of.
extension ServerExchange {
    /// Tells the loop what is kept now, and who answers for it.
    final func countBytes() {
        // What waits before a new head is of the request before it; where nothing waits, it is a stranger's.
        let payer = isBetweenRequests && output.isEmpty ? nil : answerable
        counted = loop.buffered.tell(bufferedBytes + heldBytes, of: self, at: counted, payer: payer)
    }

    /// Lets go of all that it keeps: it is the one that others would have to pay for.
    final func giveUpBuffers() {
        switch link {
        case .none: break
        case .http1(let connection): connection.giveUpBuffers(of: self)
        }
    }
}
