import CLinux
import Glibc

/// A bound, listening TCP socket with SO_REUSEPORT, so that each worker has its own and the kernel spreads the clients.
package struct ListeningSocket: ~Copyable {
    private let descriptor: Descriptor
    /// The address it is really bound to, with the port that the system chose where 0 was asked for.
    package let address: SocketAddress

    /// Binds `host`, a name or an address, and `port`.
    package init(host: String, port: Int) throws(SystemError) {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let found else {
            throw SystemError(call: "cannot resolve \(host) to listen on", code: ENOENT)
        }
        defer { freeaddrinfo(found) }
        descriptor = try Self.bound(to: found.pointee, name: "\(host):\(port)")
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let number = descriptor.number
        withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(number, $0, &length) }
        }
        address = SocketAddress(storage)
    }

    private static func bound(to info: addrinfo, name: String) throws(SystemError) -> Descriptor {
        let socket = linux_stream_socket(info.ai_family)
        if socket < 0 { throw SystemError(call: "socket", code: -socket) }
        let descriptor = Descriptor(socket)
        let options: [(Int32, Int32)] = [
            (SOL_SOCKET, SO_REUSEADDR), (SOL_SOCKET, SO_REUSEPORT),
            // Inherited by what is accepted: one call here instead of one a connection.
            (Int32(IPPROTO_TCP), TCP_NODELAY),
        ]
        for (level, option) in options {
            let result = linux_set_option(socket, level, option, 1)
            if result < 0 { throw SystemError(call: "setsockopt", code: -result) }
        }
        guard bind(socket, info.ai_addr, info.ai_addrlen) == 0 else {
            throw SystemError(call: "cannot listen on \(name)", code: errno)
        }
        guard listen(socket, 4096) == 0 else { throw SystemError(call: "listen", code: errno) }
        return descriptor
    }

    /// Gives the descriptor away.
    package consuming func release() -> Int32 { descriptor.release() }
}
