/// A network as an operator writes it: `10.0.0.0/8`, `2001:db8::/32`, or one address.
package struct IPNetwork: Sendable, Equatable {
    package let first: IPAddress
    package let last: IPAddress
    /// As it was written.
    package let text: String
    /// Whether its addresses are IPv4. `::/0` holds no IPv4 address, though it is the larger number.
    package let isIPv4: Bool

    /// Why a text is no network.
    package enum Fault: Error, Sendable, Equatable {
        case notAnAddress
        case prefixLength
        /// Bits behind the prefix are set: `10.1.2.3/8`. One of the two is a mistake.
        case bitsBehindPrefix
    }

    package init(_ text: String) throws(Fault) {
        self.text = text
        let bytes = Array(text.utf8)
        let slash = bytes.firstIndex(of: UInt8(ascii: "/")) ?? bytes.count
        guard let address = IPAddress(bytes.span, 0..<slash) else { throw .notAnAddress }
        let isWrittenIPv4 = !bytes[..<slash].contains(UInt8(ascii: ":"))
        let widest = isWrittenIPv4 ? 32 : 128
        var length = widest
        if slash < bytes.count {
            guard let given = Self.prefixLength(bytes[(slash + 1)...]), given <= widest else { throw .prefixLength }
            length = given
        }
        let behind = isWrittenIPv4 ? 32 - length : 128 - length
        let hostBits: UInt128 = behind == 128 ? .max : (1 << UInt128(behind)) - 1
        guard address.bits & hostBits == 0 else { throw .bitsBehindPrefix }
        first = address
        last = IPAddress(bits: address.bits | hostBits)
        isIPv4 = address.isIPv4 && behind <= 32
    }

    private static func prefixLength(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...3).contains(digits.count), digits.allSatisfy(ASCII.isDigit),
            digits.count == 1 || digits.first != UInt8(ascii: "0")
        else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 & 0x0F) }
    }
}

/// Networks, and whether an address is in one of them: found by halving, however many there are.
package struct NetworkList: Sendable, Equatable {
    /// In order, and no two that touch.
    private let ipv4: [ClosedRange<IPAddress>]
    private let ipv6: [ClosedRange<IPAddress>]

    package init(_ networks: [IPNetwork] = []) {
        ipv4 = Self.joined(networks.filter(\.isIPv4))
        ipv6 = Self.joined(networks.filter { !$0.isIPv4 })
    }

    package var isEmpty: Bool { ipv4.isEmpty && ipv6.isEmpty }

    private static func joined(_ networks: [IPNetwork]) -> [ClosedRange<IPAddress>] {
        var ranges: [ClosedRange<IPAddress>] = []
        for network in networks.sorted(by: { $0.first < $1.first }) {
            if let before = ranges.last, network.first <= before.upperBound {
                ranges[ranges.count - 1] = before.lowerBound...max(before.upperBound, network.last)
            } else {
                ranges.append(network.first...network.last)
            }
        }
        return ranges
    }

    /// Whether every address of some kind is in it.
    package var holdsEveryAddress: Bool {
        ipv4.contains(IPAddress(ipv4: .min)...IPAddress(ipv4: .max))
            || ipv6.contains(IPAddress(bits: 0)...IPAddress(bits: .max))
    }

    package func contains(_ address: IPAddress) -> Bool {
        let ranges = address.isIPv4 ? ipv4 : ipv6
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < address { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= address
    }
}
