import HTTPCore

/// Fields, not known by name elsewhere, in which proxies and gateways tell the service behind them who asks, from where,
/// and for what. Of a client none of them goes on: a service that believes one would take the client at its word.
///
/// `_` and `.` count as hyphens, since there are servers that take them so.
enum IdentityField {
    /// All names that begin so.
    private static let families: [StaticString] = [
        "luna-", "remote-", "x-forwarded-", "x-auth-", "x-authenticated-", "x-original-", "x-remote-", "x-webauth-",
    ]
    private static let names: [StaticString] = [
        "cf-connecting-ip", "cf-connecting-ipv6", "client-ip", "fastly-client-ip", "true-client-ip", "x-client-ip",
        "x-cluster-client-ip", "x-envoy-external-address", "x-host", "x-user",
    ]

    /// `name` is none that `FieldName` knows.
    static func isOne(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
        // Most names need no more than a look at their first letter.
        switch bytes[name.lowerBound] | 0x20 {
        case UInt8(ascii: "c"), UInt8(ascii: "f"), UInt8(ascii: "l"), UInt8(ascii: "r"), UInt8(ascii: "t"),
            UInt8(ascii: "x"):
            for family in families where begins(bytes, name, with: family) { return true }
            for word in names where name.count == word.utf8CodeUnitCount && begins(bytes, name, with: word) {
                return true
            }
        default:
            break
        }
        return isAlias(bytes, name)
    }

    /// Whether it is another spelling of a field that we set, check or frame by.
    private static func isAlias(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
        for index in name where bytes[index] == UInt8(ascii: "_") || bytes[index] == UInt8(ascii: ".") {
            return FieldName.isProtectedAlias(bytes, name)
                || name.count == 16 && begins(bytes, name, with: "content-encoding")
        }
        return false
    }

    private static func begins(_ bytes: Span<UInt8>, _ name: Range<Int>, with word: StaticString) -> Bool {
        guard name.count >= word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { letters in
            for offset in 0..<letters.count {
                let byte = bytes[name.lowerBound + offset]
                let isSeparator = byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
                guard (isSeparator ? UInt8(ascii: "-") : ASCII.lowercase(byte)) == letters[offset] else { return false }
            }
            return true
        }
    }
}
