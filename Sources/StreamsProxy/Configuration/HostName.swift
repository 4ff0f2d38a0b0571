internal import Glibc

/// The host of an origin or of a listener: a domain name, an IPv4 address, or an IPv6 address in brackets.
///
/// Stricter than RFC 3986 §3.2.2, so that the name resolved, the name verified by TLS and the Host field can't differ:
/// no percent-encoding, no address written in octal or with missing parts, no zone.
enum HostName {
    /// The host in its plain form (lower case, no brackets), or nil where it is none.
    static func parse(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count <= 253 else { return nil }
        if first == UInt8(ascii: "[") {
            guard bytes.last == UInt8(ascii: "]"), bytes.count > 2 else { return nil }
            let address = String(decoding: bytes[1..<(bytes.count - 1)], as: UTF8.self)
            return isIPv6(address) ? address.lowercased() : nil
        }
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.allSatisfy(isLabel), let last = labels.last else { return nil }
        // A last label that reads as a number makes the whole an address (WHATWG URL §3.5): four decimal parts or none.
        if last.allSatisfy(isDigit) || last.starts(with: "0x".utf8) || last.starts(with: "0X".utf8) {
            guard labels.count == 4, labels.allSatisfy(isOctet) else { return nil }
        }
        return text.lowercased()
    }

    /// The same of a name that may end in a dot, which it keeps. In Kubernetes `name.namespace.svc.cluster.local.` spares
    /// the lookups in all search domains.
    static func parseRooted(_ text: Substring) -> String? {
        guard text.last == ".", let name = parse(String(text.dropLast())) else { return parse(String(text)) }
        var address = in_addr()
        guard !name.contains(":"), inet_pton(AF_INET, name, &address) != 1 else { return nil }
        return "\(name)."
    }

    static func isIPv6(_ text: String) -> Bool {
        guard text.utf8.allSatisfy({ $0 != 0 }) else { return false }
        var address = in6_addr()
        return inet_pton(AF_INET6, text, &address) == 1
    }

    /// One label of a name. The underscore is no host name's in RFC 1123, but container names have it.
    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        guard (1...63).contains(label.count), label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-")
        else { return false }
        return label.allSatisfy {
            PlainPath.isUnreserved($0) && $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "~")
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private static func isOctet(_ label: ArraySlice<UInt8>) -> Bool {
        guard label.count <= 3, label.allSatisfy(isDigit), label.count == 1 || label.first != UInt8(ascii: "0")
        else { return false }
        return label.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
    }
}
