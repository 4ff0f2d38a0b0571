import Glibc

/// The signals by which a process is told to end.
package enum EndingSignals {
    package static let all = [SIGTERM, SIGINT]

    /// Whoever started us may have left them blocked, as threads of Dispatch are, and blocked signals are inherited.
    package static func unblock() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in all { sigaddset(&signals, number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
}
