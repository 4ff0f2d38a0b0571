/// What the service manager is told, as sd_notify(3) has it: lines of `NAME=value` in one datagram.
package struct ServiceNotice: Sendable, Equatable {
    package let text: String

    private init(_ lines: String...) {
        text = lines.joined(separator: "\n")
    }

    /// The proxy serves, or serves by the new settings after `reloading`. `status` is for people, in one line.
    package static func ready(status: String) -> ServiceNotice {
        ServiceNotice("READY=1", "STATUS=\(oneLine(status))")
    }

    /// The settings are being read again, since that time of CLOCK_MONOTONIC: `Type=notify-reload` of systemd compares it
    /// with the time of its own signal.
    package static func reloading(monotonicMicroseconds time: Int64) -> ServiceNotice {
        ServiceNotice("RELOADING=1", "MONOTONIC_USEC=\(time)")
    }

    package static func stopping(status: String) -> ServiceNotice {
        ServiceNotice("STOPPING=1", "STATUS=\(oneLine(status))")
    }

    package static let watchdog = ServiceNotice("WATCHDOG=1")

    /// A line end would begin another assignment.
    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }
}
