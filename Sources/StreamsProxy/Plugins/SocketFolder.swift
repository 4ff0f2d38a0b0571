import Glibc
import HTTPCore

/// A folder that only this user can look into, for the socket of the host. Its path is the same for as long as the proxy
/// runs, and short, as a socket's must be.
struct SocketFolder: Sendable {
    private let path: String

    /// In the service's own folder for such things where systemd has made one, else in the system's for temporary files.
    init() {
        let given = getenv("RUNTIME_DIRECTORY").map { String(cString: $0) } ?? ""
        let parent = given.utf8.first == UInt8(ascii: "/") && given.utf8.count <= 48 ? given : "/tmp"
        let name = String(UniqueID.random().high, radix: 36)
        path = "\(parent)/streams-proxy-\(name)"
    }

    var socket: String { "\(path)/http" }

    /// Where the host writes down what it calls plugins for.
    var calls: String { "\(path)/calls" }

    /// A folder that somebody else has made there is not taken.
    func make() throws(SystemError) {
        guard mkdir(path, 0o700) == 0 else { throw SystemError(call: "mkdir \(path)", code: errno) }
    }

    func remove() {
        unlink(socket)
        unlink(calls)
        rmdir(path)
    }
}
