import CLinux
import Glibc

/// How a connection ends.
extension HTTP1Connection {
    func abort(_ end: ClientEnd) {
        guard phase != .closed else { return }
        linux_reset_on_close(descriptor)
        close(end)
    }

    func close(_ end: ClientEnd) {
        guard phase != .closed else { return }
        phase = .closed
        // Whoever is cut must not be told that this was the end.
        if end == .completed { _ = finishSession() }
        closeDescriptor()
        channel = .plain
        memory.giveBack(Swift.exchange(&input, with: ByteBuffer()))
        if let lent = Swift.exchange(&exchange, with: nil) { lent.end(end, of: lender) }
        lender.closed(self, end)
    }

    /// The client's end has been read.
    func peerFinished() {
        // What has dripped in without a line's end has not been looked at: it may be wrong already, and is told so.
        if phase == .head { processInput() }
        hasPeerFinished = true
        switch phase {
        case .head: close(input.isEmpty ? .completed : .clientGone)
        case .lingering: close(.completed)
        case .content where exchange?.answer == .finished: linger()
        // Half a request: nobody waits for its answer. What has come and is held back may still be the other half.
        case .content: if input.isEmpty { close(.clientGone) }
        // What it sent before is still answered, pipelined requests too: shutting down one side says no more than
        // that nothing else will come.
        case .held, .answering, .tunnel: if exchange?.clientFinished() == false { close(.clientGone) }
        case .closed: break
        }
    }

    // MARK: Lingering

    /// Says no more, but listens on for a while: closing at once would reset the connection under the answer that
    /// the client is still reading (RFC 9112 §9.6).
    func linger() {
        guard phase != .closed, phase != .lingering else { return }
        phase = .lingering
        memory.giveBack(Swift.exchange(&input, with: ByteBuffer()))
        flush()
        guard phase != .closed else { return }
        // While output waits, the patience with a client that does not take it is that of every answer.
        patience = .never
        if !hasOutput { lingerOn() }
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

    /// The socket takes bytes again: so does the session, where it has its own to send.
    func resumeSession() {
        guard wantsToWriteInTLS, phase != .closed else { return }
        if phase == .lingering, !hasOutput {
            lingerOn()
        } else {
            receive()
        }
    }
}
