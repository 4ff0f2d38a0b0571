import CLinux

/// What a TLS connection needs beside a plain one.
extension ClientTransport {
    /// Reads through the session. An RSA key of 2048 bits takes about a millisecond to sign a handshake, on this thread:
    /// handing it to another would cost more than an EC key's signature (a thirtieth of that), and its bound is here. So
    /// many handshakes go on in a turn, the others in the next, with everybody else's events in between.
    func receive(through session: TLSSession, into buffer: inout [UInt8]) -> IOResult {
        if !session.isEstablished, !loop.takesHandshake() { return .wouldBlock }
        return session.receive(into: &buffer)
    }

    /// Whether bytes are inside the session of which epoll says nothing.
    var holdsMoreInTLS: Bool {
        switch channel {
        case .plain: false
        case .secure(let session): session.holdsMore
        }
    }

    /// Whether the session has something of its own to send.
    var wantsToWriteInTLS: Bool {
        switch channel {
        case .plain: false
        case .secure(let session): session.wantsToWrite
        }
    }

    /// Whether a request of HTTP has come where TLS is spoken; then it can be told so, in plain.
    func meetsPlainHTTP() -> Bool {
        guard case .secure(let session) = channel, session.hasMetPlainHTTP else { return false }
        channel = .plain
        return true
    }

    /// Tells the client by TLS that all is said. False: the socket does not take it now.
    func finishSession() -> Bool {
        guard case .secure(let session) = channel else { return true }
        guard session.finish() else { return false }
        channel = .plain
        return true
    }

    /// Sends through the session what waits, then `content` and `closing`.
    func transmit(
        _ content: Span<UInt8>, closing: Span<UInt8>, of exchange: ServerExchange, through session: TLSSession
    ) -> IOResult {
        // Even where the socket takes none of it, a record of it may be sealed: it can't be taken back any more.
        exchange.unsentFrom = nil
        return exchange.output.send(
            content, closing: closing, run: TLSSession.recordSize, memory: memory, session.send)
    }
}
