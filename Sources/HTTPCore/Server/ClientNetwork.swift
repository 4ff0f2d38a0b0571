/// Whose connections are counted as one: an IPv4 address, or the first 64 bits of an IPv6 address, since whoever has one
/// of those has all behind it (RFC 6177). Wider tiers say who may well be the same.
package struct ClientNetwork: Hashable, Sendable {
    /// The IPv4 address behind 32 ones, or the first half of the IPv6 address: no client's begins with 32 ones.
    package let number: UInt64

    /// That of a socket which has no address, as one of a pair.
    package static let none = ClientNetwork(number: 0)

    package init(number: UInt64) {
        self.number = number
    }

    /// The network of an address of 4 or 16 bytes.
    package init(_ address: [UInt8]) {
        if address.count == 4 {
            number = Self.ipv4 | Self.number(address[...])
        } else if address[..<10].allSatisfy({ $0 == 0 }), address[10] == 0xFF, address[11] == 0xFF {
            // ::ffff:0:0/96 is IPv4 that came through an IPv6 socket.
            number = Self.ipv4 | Self.number(address[12...])
        } else {
            number = Self.number(address[..<8])
        }
    }

    package var isIPv4: Bool { number & Self.ipv4 == Self.ipv4 }

    /// What takes turns as one, from the widest: /24 and the address of IPv4; /48, /56 and /64 of IPv6. A site has a /48,
    /// a home a /56 or a /64.
    package var tiers: [UInt64] {
        isIPv4 ? [number & ~0xFF, number] : [number & ~0xFFFF, number & ~0xFF, number]
    }

    /// The widest tier.
    package var site: UInt64 { isIPv4 ? number & ~0xFF : number & ~0xFFFF }

    /// What one subscriber has: an IPv4 address, a /56 of IPv6.
    package var home: UInt64 { isIPv4 ? number : number & ~0xFF }

    /// What one party is likely to have at hand: an IPv4 /24, or an IPv6 /56.
    package var neighbourhood: UInt64 { number & ~0xFF }

    private static let ipv4 = 0xFFFF_FFFF_0000_0000 as UInt64

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
