/// What a service manager passes in the environment: where to report, how often, and sockets that listen already.
package struct ServiceEnvironment: Sendable, Equatable {
    /// A socket of `LISTEN_FDS`.
    package struct Socket: Sendable, Equatable {
        package let descriptor: Int32
        /// Of `LISTEN_FDNAMES`; systemd's own word for a socket without a name is `unknown`.
        package let name: String

        package init(descriptor: Int32, name: String) {
            self.descriptor = descriptor
            self.name = name
        }
    }

    /// Why the environment can't be used.
    package struct Fault: Error, Sendable, Equatable {
        package let sentence: String
    }

    /// `NOTIFY_SOCKET`: where reports go; nil where nobody wants any.
    package let notifySocket: NotifySocket?
    /// `WATCHDOG_USEC`: the service is taken for dead where it says nothing for that long, in microseconds.
    package let watchdog: Int64?
    /// Empty where none are passed.
    package let sockets: [Socket]

    /// Every variable that is looked at.
    static let variables = [
        "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES",
    ]
    /// The first descriptor that is passed on (sd_listen_fds(3)).
    private static let firstDescriptor: Int32 = 3
    /// More than any unit file has: a bound against nonsense.
    private static let maximumSockets = 256

    /// `value` gives a variable; `process` is this process, since what is meant for another is passed over.
    package init(process: Int32, _ value: (String) -> String?) throws(Fault) {
        notifySocket = try Self.notifySocket(value("NOTIFY_SOCKET"))
        watchdog = try Self.watchdog(process, value)
        sockets = try Self.sockets(process, value)
    }

    private static func notifySocket(_ value: String?) throws(Fault) -> NotifySocket? {
        guard let value, !value.isEmpty else { return nil }
        guard let socket = NotifySocket(value) else {
            throw Fault(
                sentence: "NOTIFY_SOCKET: found \(Displayed.quoted(value)); "
                    + "must be a path or, after @, an abstract name")
        }
        return socket
    }

    private static func watchdog(_ process: Int32, _ value: (String) -> String?) throws(Fault) -> Int64? {
        guard let text = value("WATCHDOG_USEC"), isMeant(value("WATCHDOG_PID"), process) else { return nil }
        guard let time = Int64(text), time > 0 else {
            throw Fault(
                sentence: "WATCHDOG_USEC: found \(Displayed.quoted(text)); must be a number of microseconds above 0")
        }
        return time
    }

    /// A watchdog without a process is meant for everybody.
    private static func isMeant(_ text: String?, _ process: Int32) -> Bool {
        text.map { Int32($0) == process } ?? true
    }

    private static func sockets(_ process: Int32, _ value: (String) -> String?) throws(Fault) -> [Socket] {
        // Sockets without a process are nobody's: the variable has been inherited from somebody who had some.
        guard let text = value("LISTEN_FDS"), let owner = value("LISTEN_PID"), Int32(owner) == process else {
            return []
        }
        guard let count = Int(text), (0...maximumSockets).contains(count) else {
            throw Fault(
                sentence: "LISTEN_FDS: found \(Displayed.quoted(text)); must be a number from 0 to \(maximumSockets)")
        }
        var names = [String](repeating: "unknown", count: count)
        if let given = value("LISTEN_FDNAMES"), count > 0 {
            names = given.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard names.count == count else {
                throw Fault(sentence: "LISTEN_FDNAMES: found \(names.count) names; LISTEN_FDS says \(count)")
            }
        }
        return names.enumerated().map { index, name in
            Socket(descriptor: firstDescriptor + Int32(index), name: name)
        }
    }
}
