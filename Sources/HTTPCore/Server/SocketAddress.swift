import CLinux
import Glibc

/// An IP address and port, as a socket has it.
package struct SocketAddress: Sendable {
    /// The address in text, no brackets around IPv6.
    package let address: [UInt8]
    package let port: Int
    /// Whose connections are counted as one.
    package let network: ClientNetwork

    /// That of a socket which has none, as one of a pair.
    package static let none = SocketAddress(sockaddr_storage())

    /// What a socket call has written; an IPv4 address that came through an IPv6 socket is shown as IPv4.
    init(_ storage: sockaddr_storage) {
        var storage = storage
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = Int32(storage.ss_family)
        port = withUnsafeMutablePointer(to: &storage) { pointer in
            // SAFETY: sockaddr_storage is made to be read as the type that its family names.
            switch family {
            case AF_INET:
                pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { ipv4 in
                    inet_ntop(AF_INET, &ipv4.pointee.sin_addr, &text, socklen_t(text.count))
                    return Int(UInt16(bigEndian: ipv4.pointee.sin_port))
                }
            case AF_INET6:
                pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { ipv6 in
                    inet_ntop(AF_INET6, &ipv6.pointee.sin6_addr, &text, socklen_t(text.count))
                    return Int(UInt16(bigEndian: ipv6.pointee.sin6_port))
                }
            default: 0
            }
        }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let mapped = Array("::ffff:".utf8)
        address = bytes.starts(with: mapped) && bytes.contains(UInt8(ascii: ".")) ? Array(bytes[7...]) : bytes
        network = Self.network(storage)
    }

    private static func network(_ storage: sockaddr_storage) -> ClientNetwork {
        // SAFETY: sockaddr_storage is made to be read as the type that its family names, and is larger than both.
        withUnsafeBytes(of: storage) { bytes in
            switch Int32(storage.ss_family) {
            case AF_INET:
                withUnsafeBytes(of: bytes.load(as: sockaddr_in.self).sin_addr) { ClientNetwork(Array($0)) }
            case AF_INET6:
                withUnsafeBytes(of: bytes.load(as: sockaddr_in6.self).sin6_addr) { ClientNetwork(Array($0)) }
            default: .none
            }
        }
    }

    /// `127.0.0.1:5000`, `[::1]:5000`
    package var description: String {
        let text = String(decoding: address, as: UTF8.self)
        return text.contains(":") ? "[\(text)]:\(port)" : "\(text):\(port)"
    }
}
