/// Version 2: a signature, four bytes of what it is, the addresses, and what else the proxy tells in type, length and value.
extension ProxyHeader {
    private static let signature: StaticString = "\r\n\r\n\0\r\nQUIT\n"
    private static let fixedLength = 16

    /// The transport that the proxy has the client by.
    private enum Family: UInt8 {
        case unspecified = 0x0
        case ipv4 = 0x1
        case ipv6 = 0x2
        case unix = 0x3

        /// Of both addresses and ports.
        var length: Int {
            switch self {
            case .unspecified: 0
            case .ipv4: 12
            case .ipv6: 36
            case .unix: 216
            }
        }
    }

    static func readBinary(_ bytes: Span<UInt8>) throws(Fault) -> ProxyHeader? {
        guard begins(bytes, signature) else { throw .absent }
        guard bytes.count >= fixedLength else { return nil }
        let (versionAndCommand, familyAndProtocol) = (bytes[12], bytes[13])
        // 0 is LOCAL, the proxy's own connection; 1 is PROXY.
        guard versionAndCommand >> 4 == 2, versionAndCommand & 0xF <= 1, familyAndProtocol & 0xF <= 2,
            let family = Family(rawValue: familyAndProtocol >> 4)
        else { throw .malformed }
        let isLocal = versionAndCommand & 0xF == 0
        let length = fixedLength + number(bytes, 14)
        guard length <= maximumLength else { throw .tooLong }
        guard bytes.count >= length else { return nil }
        let rest = fixedLength + family.length
        guard length >= rest else {
            // Of LOCAL nothing but the length need be right.
            if isLocal { return ProxyHeader(length: length, source: nil) }
            throw .malformed
        }
        try checkAdditions(bytes, rest..<length)
        // Only a stream's ends can be this connection's.
        let isStream = familyAndProtocol & 0xF == 1
        return ProxyHeader(length: length, source: isLocal || !isStream ? nil : source(bytes, family))
    }

    private static func source(_ bytes: Span<UInt8>, _ family: Family) -> IPEndpoint? {
        switch family {
        case .unspecified, .unix: nil
        case .ipv4:
            IPEndpoint(
                address: IPAddress(ipv4: UInt32(truncatingIfNeeded: bits(bytes, 16..<20))), port: number(bytes, 24))
        case .ipv6: IPEndpoint(address: IPAddress(bits: bits(bytes, 16..<32)), port: number(bytes, 48))
        }
    }

    /// They must fill the rest exactly. None is of use here but the checksum.
    private static func checkAdditions(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Fault) {
        let checksumType: UInt8 = 0x03
        var index = range.lowerBound
        while index < range.upperBound {
            guard index + 3 <= range.upperBound else { throw .malformed }
            let value = index + 3..<index + 3 + number(bytes, index + 1)
            guard value.upperBound <= range.upperBound else { throw .malformed }
            if bytes[index] == checksumType {
                guard value.count == 4 else { throw .malformed }
                let expected = UInt32(truncatingIfNeeded: bits(bytes, value))
                guard CRC32C.checksum(bytes.extracting(0..<range.upperBound), zeroing: value) == expected else {
                    throw .checksum
                }
            }
            index = value.upperBound
        }
    }

    private static func number(_ bytes: Span<UInt8>, _ index: Int) -> Int {
        Int(bytes[index]) << 8 | Int(bytes[index + 1])
    }

    private static func bits(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt128 {
        range.reduce(0) { $0 << 8 | UInt128(bytes[$1]) }
    }
}

/// The checksum of iSCSI (RFC 3720 §12.1), by which a proxy may guard its header.
enum CRC32C {
    /// Of all bytes, with those of `hole` taken for zeros.
    static func checksum(_ bytes: Span<UInt8>, zeroing hole: Range<Int>) -> UInt32 {
        var remainder: UInt32 = .max
        for index in bytes.indices {
            remainder ^= hole.contains(index) ? 0 : UInt32(bytes[index])
            for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 0 ? 0 : 0x82F6_3B78) }
        }
        return ~remainder
    }
}
