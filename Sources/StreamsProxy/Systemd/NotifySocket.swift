internal import CLinux
internal import Glibc

/// The service manager's datagram socket, where reports of sd_notify(3) go.
package struct NotifySocket: Sendable, Equatable {
    /// As `sun_path` has it: an abstract name begins with NUL.
    private let path: [UInt8]

    /// A path from the root, or `@` and an abstract name. Nil for anything else, and for what is too long.
    package init?(_ text: String) {
        var path = Array(text.utf8)
        guard path.count > 1, path.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path), !path.contains(0) else {
            return nil
        }
        switch path[0] {
        case UInt8(ascii: "/"): break
        case UInt8(ascii: "@"): path[0] = 0
        default: return nil
        }
        self.path = path
    }

    /// Sends one report; waits at most a second for a manager that does not read. False where it did not arrive.
    @discardableResult
    package func send(_ notice: ServiceNotice) -> Bool {
        let text = Array(notice.text.utf8)
        return linux_send_datagram(path, path.count, text, text.count, 1) >= 0
    }
}
