/// Whose connections are counted as one: an IPv4 address, or the first 64 bits of an IPv6 address, since whoever has one
/// of those has all behind it (RFC 6177).
package enum ClientNetwork {
    /// A number for an address of 4 or 16 bytes. IPv4 and IPv6 can't meet: no client's address begins with 32 ones.
    package static func number(_ address: [UInt8]) -> UInt64 {
        let ipv4 = 0xFFFF_FFFF_0000_0000 as UInt64
        if address.count == 4 { return ipv4 | number(address[...]) }
        // ::ffff:0:0/96 is IPv4 that came through an IPv6 socket.
        if address[..<10].allSatisfy({ $0 == 0 }), address[10] == 0xFF, address[11] == 0xFF {
            return ipv4 | number(address[12...])
        }
        return number(address[..<8])
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
