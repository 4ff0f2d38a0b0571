import CLinux
import Glibc

/// A client that is not served. It is told so once it has asked, and listened to for a little while longer: closing at
/// once would reset the connection under the answer (RFC 9112 §9.6). It owns nothing but its descriptor and the answer.
package final class RefusedConnection: EventSource {
    private var answer: [UInt8]
    private let gone: (RefusedConnection) -> Void

    /// `patience` is for all of it: the client's request, the answer and the client's end.
    package init(
        descriptor: Int32, loop: EventLoop, answer: [UInt8], patience: Interval,
        gone: @escaping (RefusedConnection) -> Void
    ) {
        self.answer = answer
        self.gone = gone
        super.init(descriptor: descriptor, loop: loop)
        open(.readable)
        setDeadline(loop.now.advanced(by: patience))
    }

    package override func ready(_ events: Events) {
        if events.contains(.failed) || events.contains(.hungUp) {
            end()
            return
        }
        switch Self.discard(descriptor, loop) {
        case .bytes: tell()
        case .wouldBlock: break
        case .end, .failed: end()
        }
    }

    package override func deadlinePassed() {
        end()
    }

    private func tell() {
        guard !answer.isEmpty else { return }
        // What the empty buffer of a new socket doesn't take is more than any answer of ours.
        _ = SystemCall.send(descriptor, answer.span)
        answer = []
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Ends it now.
    package func end() {
        closeDescriptor()
        gone(self)
    }

    private static func discard(_ descriptor: Int32, _ loop: EventLoop) -> IOResult {
        var buffer = loop.memory.takeReadBuffer()
        let result = SystemCall.receive(descriptor, into: &buffer, limit: buffer.count)
        loop.memory.giveBack(readBuffer: buffer)
        return result
    }

    /// Tells a client where there is no descriptor to wait with: what has come is read, so that it does not turn the
    /// end into a reset. The descriptor is closed.
    package static func tellAtOnce(_ descriptor: Int32, loop: EventLoop, answer: [UInt8]) {
        _ = discard(descriptor, loop)
        _ = SystemCall.send(descriptor, answer.span)
        Glibc.close(descriptor)
    }

    /// Closes an accepted descriptor without a word; the client sees a reset.
    package static func reset(_ descriptor: Int32) {
        linux_reset_on_close(descriptor)
        Glibc.close(descriptor)
    }
}
