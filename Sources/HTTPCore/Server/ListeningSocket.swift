import CLinux
import Glibc

/// A bound, listening TCP socket with SO_REUSEPORT, so that each worker has its own and the kernel spreads the clients.
package struct ListeningSocket: ~Copyable {
    private let descriptor: Descriptor
    /// The address it is really bound to, with the port that the system chose where 0 was asked for.
    package let address: SocketAddress

    /// A socket that listens already.
    package init(adopting number: Int32) {
        descriptor = Descriptor(number)
        address = Self.boundAddress(number)
    }

    /// A socket that another process has made and passed on.
    package init(inherited number: Int32) throws(SystemError) {
        let isStream = Self.option(number, SO_TYPE) == Int32(SOCK_STREAM.rawValue)
        let family = Self.option(number, SO_DOMAIN)
        guard isStream, family == AF_INET || family == AF_INET6, Self.option(number, SO_ACCEPTCONN) == 1 else {
            throw SystemError(call: "descriptor \(number) was passed on and is no listening TCP socket", code: EINVAL)
        }
        // Of the socket, so of whoever else has it too: nobody may be stopped by one that another has taken meanwhile.
        guard fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK) == 0, fcntl(number, F_SETFD, FD_CLOEXEC) == 0
        else { throw SystemError(call: "fcntl", code: errno) }
        let result = linux_set_option(number, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        if result < 0 { throw SystemError(call: "setsockopt", code: -result) }
        self.init(adopting: number)
    }

    private static func option(_ number: Int32, _ name: Int32) -> Int32 {
        var value: Int32 = -1
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(number, SOL_SOCKET, name, &value, &length) == 0 ? value : -1
    }

    /// Another descriptor of the same socket: whoever comes is told of on both, and goes to whom is quicker.
    package borrowing func duplicate() throws(SystemError) -> Int32 {
        let copy = fcntl(descriptor.number, F_DUPFD_CLOEXEC, 0)
        if copy < 0 { throw SystemError(call: "fcntl", code: errno) }
        return copy
    }

    /// Binds `host`, a name or an address, and `port`.
    package init(host: String, port: Int) throws(SystemError) {
        let descriptor = try Self.bound(host: host, port: port, isShared: true)
        guard listen(descriptor.number, 4096) == 0 else { throw SystemError(call: "listen", code: errno) }
        address = Self.boundAddress(descriptor.number)
        self.descriptor = descriptor
    }

    /// A socket that has the address, and does not listen yet. `isShared`: with SO_REUSEPORT.
    static func bound(host: String, port: Int, isShared: Bool) throws(SystemError) -> Descriptor {
        let found = try resolved(host: host, port: port)
        defer { freeaddrinfo(found) }
        return try bound(to: found.pointee, name: "\(host):\(port)", isShared: isShared)
    }

    /// Sees that `host` is an address, or a name that has one.
    package static func check(host: String) throws(SystemError) {
        freeaddrinfo(try resolved(host: host, port: 0))
    }

    private static func resolved(host: String, port: Int) throws(SystemError) -> UnsafeMutablePointer<addrinfo> {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, String(port), &hints, &found)
        guard result == 0, let found else {
            throw SystemError(
                call: "cannot resolve \(host) to listen on", reason: String(cString: gai_strerror(result)))
        }
        return found
    }

    private static func boundAddress(_ number: Int32) -> SocketAddress {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(number, $0, &length) }
        }
        return SocketAddress(storage)
    }

    private static func bound(to info: addrinfo, name: String, isShared: Bool) throws(SystemError) -> Descriptor {
        let socket = linux_stream_socket(info.ai_family)
        if socket < 0 { throw SystemError(call: "socket", code: -socket) }
        let descriptor = Descriptor(socket)
        let options: [(level: Int32, option: Int32, value: Int32)] = [
            (SOL_SOCKET, SO_REUSEADDR, 1), (SOL_SOCKET, SO_REUSEPORT, isShared ? 1 : 0),
            // Inherited by what is accepted: one call here instead of one a connection.
            (Int32(IPPROTO_TCP), TCP_NODELAY, 1),
        ]
        for (level, option, value) in options {
            let result = linux_set_option(socket, level, option, value)
            if result < 0 { throw SystemError(call: "setsockopt", code: -result) }
        }
        guard bind(socket, info.ai_addr, info.ai_addrlen) == 0 else {
            throw SystemError(call: "cannot listen on \(name)", code: errno)
        }
        return descriptor
    }

    /// Gives the descriptor away.
    package consuming func release() -> Int32 { descriptor.release() }
}
