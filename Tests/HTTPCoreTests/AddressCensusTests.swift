import Glibc
import HTTPCore
import Testing

/// Who counts as one client address, and how many connections it may have.
struct AddressCensusTests {
    @Test func `An address has as many connections as it may, and again when one has ended`() {
        let census = AddressCensus()
        #expect(census.enter(1, limit: 2))
        #expect(census.enter(1, limit: 2))
        #expect(!census.enter(1, limit: 2))
        #expect(!census.enter(1, limit: 2), "who was refused was not counted, in neither direction")
        #expect(census.enter(2, limit: 2))
        census.leave(1)
        #expect(census.enter(1, limit: 2))
        #expect(!census.enter(1, limit: 2))
    }

    @Test func `Nothing is kept of those who have gone`() {
        let census = AddressCensus()
        for network in 0..<1000 as Range<UInt64> { #expect(census.enter(network, limit: 3)) }
        #expect(census.networks == 1000)
        for network in 0..<1000 as Range<UInt64> { census.leave(network) }
        #expect(census.networks == 0)
    }

    @Test func `Without a limit all are let in, and counted for the day when there is one`() {
        let census = AddressCensus()
        for _ in 0..<10_000 { #expect(census.enter(1, limit: 0)) }
        #expect(!census.enter(1, limit: 10_000))
        census.leave(1)
        #expect(census.enter(1, limit: 10_000))
    }

    private static func network(_ text: String) -> UInt64 {
        var bytes = [UInt8](repeating: 0, count: 16)
        let isIPv6 = text.contains(":")
        #expect(inet_pton(isIPv6 ? AF_INET6 : AF_INET, text, &bytes) == 1)
        return ClientNetwork.number(isIPv6 ? bytes : Array(bytes[..<4]))
    }

    private static let pairs: [(one: String, other: String, isSame: Bool)] = [
        ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false), ("10.0.0.1", "1.0.0.10", false),
        ("192.0.2.1", "::ffff:192.0.2.1", true), ("0.0.0.1", "::1", false), ("192.0.2.1", "::192.0.2.1", false),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false), ("2001:db8::1", "2001:db9::1", false), ("::1", "fe80::1", false),
    ]

    @Test(arguments: pairs)
    func `An IPv4 address is one, and so are the IPv6 addresses of a 64-bit prefix`(
        _ row: (one: String, other: String, isSame: Bool)
    ) {
        #expect((Self.network(row.one) == Self.network(row.other)) == row.isSame)
    }
}
