package import HTTPCore
internal import Synchronization

/// Tells the service manager that the proxy is alive, as long as every worker's loop turns. While one does not, nobody is
/// asked again, and the manager hears nothing.
package final class Watchdog: Sendable {
    /// Half of what the manager bears, as sd_watchdog_enabled(3) advises.
    package let interval: Interval

    private let ping: @Sendable (_ answered: @escaping @Sendable () -> Void) -> Void
    private let tell: @Sendable () -> Void
    private let isAsking = Atomic<Bool>(false)

    /// `limit` is the manager's, in microseconds. `ping` asks all workers and calls its argument when they have answered;
    /// `tell` then tells the manager.
    package init(
        limit: Int64, ping: @escaping @Sendable (_ answered: @escaping @Sendable () -> Void) -> Void,
        tell: @escaping @Sendable () -> Void
    ) {
        interval = Interval(nanoseconds: max(1, min(limit, 86_400_000_000) * 500))
        self.ping = ping
        self.tell = tell
    }

    /// To be called each `interval`.
    package func ask() {
        guard !isAsking.exchange(true, ordering: .relaxed) else { return }
        ping { [self] in
            isAsking.store(false, ordering: .relaxed)
            tell()
        }
    }
}
