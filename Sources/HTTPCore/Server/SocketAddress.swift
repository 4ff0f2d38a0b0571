import CLinux
import Glibc

/// An IP address and port, as a socket has it.
package struct SocketAddress: Sendable {
    /// The address in text, no brackets around IPv6.
    package let address: [UInt8]
    package let port: Int
    /// Whose connections are counted as one.
    package let network: ClientNetwork
    /// Nil where the socket has none.
    package let ip: IPAddress?

    /// That of a socket which has none, as one of a pair.
    package static let none = SocketAddress(sockaddr_storage())

    /// As a proxy tells it.
    package init(_ ip: IPAddress, port: Int) {
        var storage = sockaddr_storage()
        // SAFETY: sockaddr_storage is made to be written as the type that its family names, and is larger than both.
        withUnsafeMutableBytes(of: &storage) { bytes in
            if ip.isIPv4 {
                var ipv4 = sockaddr_in()
                ipv4.sin_family = sa_family_t(AF_INET)
                ipv4.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
                ipv4.sin_addr.s_addr = UInt32(truncatingIfNeeded: ip.bits).bigEndian
                bytes.storeBytes(of: ipv4, as: sockaddr_in.self)
            } else {
                var ipv6 = sockaddr_in6()
                ipv6.sin6_family = sa_family_t(AF_INET6)
                ipv6.sin6_port = UInt16(truncatingIfNeeded: port).bigEndian
                withUnsafeMutableBytes(of: &ipv6.sin6_addr) { $0.storeBytes(of: ip.bits.bigEndian, as: UInt128.self) }
                bytes.storeBytes(of: ipv6, as: sockaddr_in6.self)
            }
        }
        self.init(storage)
    }

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
        ip = Self.ip(storage)
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

    private static func ip(_ storage: sockaddr_storage) -> IPAddress? {
        // SAFETY: as above; an address may be loaded from wherever it stands.
        withUnsafeBytes(of: storage) { bytes in
            switch Int32(storage.ss_family) {
            case AF_INET: IPAddress(ipv4: UInt32(bigEndian: bytes.load(as: sockaddr_in.self).sin_addr.s_addr))
            case AF_INET6:
                withUnsafeBytes(of: bytes.load(as: sockaddr_in6.self).sin6_addr) {
                    IPAddress(bits: UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)))
                }
            default: nil
            }
        }
    }

    /// `127.0.0.1:5000`, `[::1]:5000`
    package var description: String {
        let text = String(decoding: address, as: UTF8.self)
        return text.contains(":") ? "[\(text)]:\(port)" : "\(text):\(port)"
    }
}
