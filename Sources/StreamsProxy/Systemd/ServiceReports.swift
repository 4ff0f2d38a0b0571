import CLinux

/// What the service manager hears of the proxy, where there is one.
struct ServiceReports: Sendable {
    let socket: NotifySocket?

    func ready(_ status: String) { socket?.send(.ready(status: status)) }

    func reloading() { socket?.send(.reloading(monotonicMicroseconds: linux_monotonic() / 1000)) }

    func stopping(_ status: String) { socket?.send(.stopping(status: status)) }

    func alive() { socket?.send(.watchdog) }
}
