import CLinux
import Glibc

/// Accepts clients on a listening socket and hands each to `accept`.
package final class Listener: EventSource {
    private let accept: (_ descriptor: Int32, _ peer: SocketAddress) -> Void

    package init(
        _ socket: consuming ListeningSocket, loop: EventLoop,
        accept: @escaping (_ descriptor: Int32, _ peer: SocketAddress) -> Void
    ) {
        self.accept = accept
        super.init(descriptor: socket.release(), loop: loop)
        open(.readable)
    }

    package override func ready(_ events: Events) {
        // Bounded, so that a flood of clients can't starve those already here.
        for _ in 0..<64 {
            var storage = sockaddr_storage()
            let accepted = linux_accept(descriptor, &storage)
            if accepted >= 0 {
                accept(accepted, SocketAddress(storage))
                continue
            }
            switch -accepted {
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                // Readiness would be told again at once and spin: look away until others may have closed.
                wait(for: [])
                setDeadline(loop.now.advanced(by: Interval(nanoseconds: 50_000_000)))
            case EINTR, ECONNABORTED, EPERM, EPROTO:
                continue
            default:
                break
            }
            return
        }
    }

    package override func deadlinePassed() {
        wait(for: .readable)
    }
}
