/// An IPv4 or IPv6 address as one number. An IPv4 address is where IPv6 maps it, `::ffff:0:0/96` (RFC 4291 §2.5.5.2): so
/// one address is one number, by whatever socket it came.
package struct IPAddress: Sendable, Hashable, Comparable {
    package let bits: UInt128

    private static let mapped: UInt128 = 0xFFFF << 32

    package init(bits: UInt128) {
        self.bits = bits
    }

    package init(ipv4: UInt32) {
        bits = Self.mapped | UInt128(ipv4)
    }

    package var isIPv4: Bool { bits >> 32 == Self.mapped >> 32 }

    package static func < (one: Self, other: Self) -> Bool { one.bits < other.bits }

    /// Nil where the bytes of `range` are no address: no brackets, port, zone, spaces, leading zeros or missing parts.
    package init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        if let ipv4 = Self.ipv4(bytes, range) {
            self.init(ipv4: ipv4)
        } else if let ipv6 = Self.ipv6(bytes, range) {
            self.init(bits: ipv6)
        } else {
            return nil
        }
    }

    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span, 0..<bytes.count)
    }

    private static func ipv4(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt32? {
        var address: UInt32 = 0
        var index = range.lowerBound
        for part in 0..<4 {
            if part > 0 {
                guard index < range.upperBound, bytes[index] == UInt8(ascii: ".") else { return nil }
                index += 1
            }
            let start = index
            var octet: UInt32 = 0
            while index < range.upperBound, ASCII.isDigit(bytes[index]), index - start < 3 {
                octet = octet * 10 + UInt32(bytes[index] & 0x0F)
                index += 1
            }
            // Some readers take a leading zero for a sign of octal digits.
            guard index > start, octet <= 255, index - start == 1 || bytes[start] != UInt8(ascii: "0") else {
                return nil
            }
            address = address << 8 | octet
        }
        return index == range.upperBound ? address : nil
    }

    /// Eight groups of up to four digits, one run of them left out by `::`, the last two perhaps written as IPv4 (RFC 4291
    /// §2.2).
    private static func ipv6(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt128? {
        let colon = UInt8(ascii: ":")
        var address: UInt128 = 0
        var count = 0
        /// How many groups stand before the run that is left out.
        var before: Int?
        var index = range.lowerBound
        guard range.count >= 2 else { return nil }
        if bytes[index] == colon {
            guard bytes[index + 1] == colon else { return nil }
            before = 0
            index += 2
        }
        while index < range.upperBound {
            let start = index
            var group: UInt128 = 0
            while index < range.upperBound, index - start < 5, let digit = ASCII.hexadecimalValue(bytes[index]) {
                group = group << 4 | UInt128(digit)
                index += 1
            }
            if index < range.upperBound, bytes[index] == UInt8(ascii: ".") {
                guard count <= 6, let ipv4 = ipv4(bytes, start..<range.upperBound) else { return nil }
                address = address << 32 | UInt128(ipv4)
                count += 2
                break
            }
            guard (1...4).contains(index - start), count < 8 else { return nil }
            address = address << 16 | group
            count += 1
            guard index < range.upperBound else { break }
            guard bytes[index] == colon, index + 1 < range.upperBound else { return nil }
            index += 1
            if bytes[index] == colon {
                guard before == nil else { return nil }
                before = count
                index += 1
            }
        }
        guard let before else { return count == 8 ? address : nil }
        guard count < 8 else { return nil }
        let after = count - before
        let last = address & ((1 << UInt128(16 * after)) - 1)
        let first = address >> UInt128(16 * after)
        return first << UInt128(16 * (8 - before)) | last
    }
}

/// An address and a port, as somebody else tells them.
package struct IPEndpoint: Sendable, Hashable {
    package let address: IPAddress
    package let port: Int

    package init(address: IPAddress, port: Int) {
        self.address = address
        self.port = port
    }
}
