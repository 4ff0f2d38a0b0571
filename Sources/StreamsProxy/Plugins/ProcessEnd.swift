internal import Glibc

/// How a process ended.
package enum ProcessEnd: Sendable, Equatable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)

    /// As `waitpid` tells it.
    package init(waitStatus status: Int32) {
        self = status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
    }

    package var description: String {
        switch self {
        case .exited(let status): "exit status \(status)"
        case .signalled(SIGKILL): "SIGKILL; where nobody sent it, the machine had no memory left"
        case .signalled(let signal): Self.names[signal] ?? "signal \(signal)"
        }
    }

    private static let names = [
        SIGSEGV: "SIGSEGV, a crash", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS, a crash", SIGILL: "SIGILL, a crash",
        SIGFPE: "SIGFPE, a crash", SIGTERM: "SIGTERM",
    ]
}
