import Glibc
import HTTPCore
import Testing

/// Which addresses are one client, and which may be.
struct ClientNetworkTests {
    private static func network(_ text: String) -> ClientNetwork {
        var bytes = [UInt8](repeating: 0, count: 16)
        let isIPv6 = text.contains(":")
        #expect(inet_pton(isIPv6 ? AF_INET6 : AF_INET, text, &bytes) == 1)
        return ClientNetwork(isIPv6 ? bytes : Array(bytes[..<4]))
    }

    /// On how many tiers, from the widest, the two are one; all of them make them one client.
    private static let pairs: [(one: String, other: String, common: Int)] = [
        ("127.0.0.1", "127.0.0.1", 2), ("127.0.0.1", "127.0.0.2", 1), ("127.0.0.1", "127.0.1.1", 0),
        ("10.0.0.1", "1.0.0.10", 0), ("192.0.2.1", "::ffff:192.0.2.1", 2), ("192.0.2.1", "::ffff:192.0.2.255", 1),
        ("0.0.0.1", "::1", 0), ("192.0.2.1", "::192.0.2.1", 0),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", 3), ("2001:db8:1:200::1", "2001:db8:1:2ff::1", 2),
        ("2001:db8:1:200::1", "2001:db8:1:300::1", 1), ("2001:db8:1::1", "2001:db8:2::1", 0),
        ("2001:db8::1", "2001:db9::1", 0), ("::1", "fe80::1", 0),
    ]

    @Test(arguments: pairs)
    func `An IPv4 address has a 24-bit network, an IPv6 network of 64 bits one of 56 and one of 48`(
        _ row: (one: String, other: String, common: Int)
    ) {
        let (one, other) = (Self.network(row.one), Self.network(row.other))
        let common = zip(one.tiers, other.tiers).prefix { $0 == $1 }.count
        #expect(common == row.common)
        #expect((one == other) == (one.tiers.count == row.common))
        #expect((one.site == other.site) == (row.common > 0))
        #expect(one.tiers.first == one.site && one.tiers.last == one.number && one.tiers[1] == one.home)
    }

    @Test func `IPv4 through an IPv6 socket is IPv4`() {
        #expect(Self.network("::ffff:127.0.0.1").isIPv4)
        #expect(!Self.network("::1").isIPv4)
        #expect(!ClientNetwork.none.isIPv4)
    }
}
