import CLinux

/// What a TLS connection needs beside a plain one.
extension ServerConnection {
    /// Reads through the session. An RSA key of 2048 bits takes about a millisecond to sign a handshake, on this thread:
    /// handing it to another would cost more than an EC key's signature (a thirtieth of that), and its bound is here. So
    /// many handshakes go on in a turn, the others in the next, with everybody else's events in between.
    func receive(through session: TLSSession, into buffer: inout [UInt8]) -> IOResult {
        if !session.isEstablished, !loop.takesHandshake() { return .wouldBlock }
        return session.receive(into: &buffer)
    }

    /// Whether bytes are inside the session of which epoll says nothing, and that are wanted now.
    var isHeldInTLS: Bool {
        switch transport {
        case .plain: false
        case .secure(let session): session.holdsMore && isReading
        }
    }

    /// The socket takes bytes again: so does the session, where it has its own to send.
    func resumeSession() {
        guard case .secure(let session) = transport, session.wantsToWrite, phase != .closed else { return }
        if phase == .lingering, output.isEmpty {
            lingerOn()
        } else {
            receive()
        }
    }

    /// A request of HTTP has come where TLS is spoken: it is told so, in plain.
    func answerPlainHTTP() -> Bool {
        guard case .secure(let session) = transport, session.hasMetPlainHTTP else { return false }
        transport = .plain
        refuse(.plainTextToTLS)
        return true
    }

    /// Tells the client by TLS that all is said. False: the socket does not take it now.
    func finishSession() -> Bool {
        guard case .secure(let session) = transport else { return true }
        guard session.finish() else { return false }
        transport = .plain
        return true
    }

    /// Sends through the session what waits, then `content` and `closing`.
    func transmit(_ content: Span<UInt8>, closing: Span<UInt8>, through session: TLSSession) -> IOResult {
        // Even where the socket takes none of it, a record of it may be sealed: it can't be taken back any more.
        unsentFrom = nil
        return output.send(
            content, closing: closing, run: TLSSession.recordSize, memory: memory, session.send)
    }
}
