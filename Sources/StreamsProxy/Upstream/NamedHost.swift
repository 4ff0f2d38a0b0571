internal import CLinux
internal import Glibc

/// The name and the port of a URL that has to be resolved before anybody can connect.
package struct NamedHost: Hashable, Sendable {
    /// With its dot where it ends in one.
    package let name: String
    package let port: Int

    /// Nil where the host is an address, or where there is none. The URL is one of ours: no login, no default but 80 and 443.
    package init?(url: String) {
        let isSecure = url.hasPrefix("https://")
        guard isSecure || url.hasPrefix("http://") else { return nil }
        let authority = url.dropFirst(isSecure ? 8 : 7).prefix { $0 != "/" }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty, !name.hasPrefix("["), parts.count <= 2 else { return nil }
        var address = in_addr()
        guard inet_pton(AF_INET, String(name), &address) != 1 else { return nil }
        guard let port = parts.count == 2 ? Int(parts[1]) : isSecure ? 443 : 80 else { return nil }
        self.name = String(name)
        self.port = port
    }

    /// Its addresses as the system has them at this moment, IPv6 in brackets; it may take long. None where there are none.
    package var addresses: [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &found) == 0 else { return [] }
        defer { freeaddrinfo(found) }
        var texts: [String] = []
        var next = found
        while let entry = next, texts.count < Self.most {
            if let text = Self.text(entry.pointee) { texts.append(text) }
            next = entry.pointee.ai_next
        }
        return texts
    }

    /// More of them are of no use to anybody who tries one after the other.
    private static let most = 16

    private static func text(_ entry: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: 64)
        guard let address = entry.ai_addr,
            getnameinfo(address, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
        else { return nil }
        let numbers = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return entry.ai_family == AF_INET6 ? "[\(numbers)]" : numbers
    }
}
