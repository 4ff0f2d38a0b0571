import CLinux
import Glibc

/// Accepts clients on a listening socket and hands each to `accept`. Where the process has no descriptor left, `makeRoom`
/// may give one back; who is still one too many goes to `turnAway`, which must close it.
package final class Listener: EventSource {
    private enum Acceptance {
        /// Somebody was taken, turned away, or has gone meanwhile.
        case accepted
        /// Nobody waits.
        case none
        /// Somebody waits, and there is no descriptor or memory for a connection.
        case exhausted
    }

    private let accept: (_ descriptor: Int32, _ peer: SocketAddress) -> Void
    private let makeRoom: () -> Bool
    private let turnAway: (_ descriptor: Int32) -> Void
    /// Given up for a moment to accept a client that may not be kept: then it is told, instead of waiting for nobody.
    private var spare = Listener.openSpare()

    package init(
        _ socket: consuming ListeningSocket, loop: EventLoop,
        accept: @escaping (_ descriptor: Int32, _ peer: SocketAddress) -> Void,
        makeRoom: @escaping () -> Bool = { false },
        turnAway: @escaping (_ descriptor: Int32) -> Void = RefusedConnection.reset
    ) {
        self.accept = accept
        self.makeRoom = makeRoom
        self.turnAway = turnAway
        super.init(descriptor: socket.release(), loop: loop)
        open(.readable)
    }

    deinit {
        if spare >= 0 { Glibc.close(spare) }
    }

    private static func openSpare() -> Int32 { Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC) }

    package override func ready(_ events: Events) {
        // Bounded, so that a flood of clients can't starve those already here.
        for _ in 0..<64 {
            switch acceptOne() {
            case .accepted: continue
            case .none: return
            case .exhausted:
                lookAway()
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
            case EMFILE, ENFILE:
                return acceptOnSpare() ? .accepted : .exhausted
            case ENOBUFS, ENOMEM: return .exhausted
            case EINTR: continue
            case ECONNABORTED, EPERM, EPROTO: return .accepted
            default: return .none
            }
        }
    }

    /// False where there is no spare descriptor, or another thread has taken it meanwhile.
    private func acceptOnSpare() -> Bool {
        guard spare >= 0 else { return false }
        Glibc.close(spare)
        var storage = sockaddr_storage()
        let accepted = linux_accept(descriptor, &storage)
        // Not before: without a descriptor the kernel does not say whether anybody waits.
        if accepted >= 0 {
            if makeRoom() { accept(accepted, SocketAddress(storage)) } else { turnAway(accepted) }
        }
        spare = Self.openSpare()
        return accepted >= 0
    }

    /// Readiness would be told again at once and spin: look away until others may have closed.
    private func lookAway() {
        wait(for: [])
        setDeadline(loop.now.advanced(by: Interval(nanoseconds: 50_000_000)))
    }

    package override func deadlinePassed() {
        if spare < 0 { spare = Self.openSpare() }
        wait(for: .readable)
    }

    // MARK: The end

    /// From now on the kernel begins no connection for this socket: whoever tries is not answered and tries again a second
    /// later, perhaps with another socket on the same port. False where that can't be had.
    ///
    /// Only for a socket that no other process holds, for it would be deaf there too.
    package func stopHandshakes() -> Bool {
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
