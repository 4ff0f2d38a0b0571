import CLinux
import Glibc

/// Accepts clients on a listening socket and hands each to `accept`.
package final class Listener: EventSource {
    private enum Acceptance {
        case accepted
        /// Nobody waits.
        case none
        /// Somebody waits, and there is no descriptor or memory for a connection.
        case exhausted
    }

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
            switch acceptOne() {
            case .accepted: continue
            case .none: return
            case .exhausted:
                // Readiness would be told again at once and spin: look away until others may have closed.
                wait(for: [])
                setDeadline(loop.now.advanced(by: Interval(nanoseconds: 50_000_000)))
                return
            }
        }
    }

    private func acceptOne() -> Acceptance {
        while true {
            var storage = sockaddr_storage()
            let accepted = linux_accept(descriptor, &storage)
            if accepted >= 0 {
                accept(accepted, SocketAddress(storage))
                return .accepted
            }
            switch -accepted {
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
            case EINTR, ECONNABORTED, EPERM, EPROTO: continue
            default: return .none
            }
        }
    }

    package override func deadlinePassed() {
        wait(for: .readable)
    }

    // MARK: The end

    /// From now on the kernel begins no connection for this socket: whoever tries is not answered and tries again a second
    /// later, perhaps with another socket on the same port. False where that can't be had.
    ///
    /// Only for a socket that no other process holds, for it would be deaf there too.
    package func turnAway() -> Bool {
        linux_drop_connection_requests(descriptor) >= 0
    }

    /// Takes everybody who waits, however many; false where some had to be left.
    package func acceptAll() -> Bool {
        while true {
            switch acceptOne() {
            case .accepted: continue
            case .none: return true
            case .exhausted: return false
            }
        }
    }
}
