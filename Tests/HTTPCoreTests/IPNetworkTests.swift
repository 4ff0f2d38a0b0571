import HTTPCore
import SeededRandom
import Testing

struct IPNetworkTests {
    struct Row: Sendable {
        let network: String
        let inside: [String]
        let outside: [String]
    }

    @Test(arguments: [
        Row(
            network: "10.0.0.0/8", inside: ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"],
            outside: ["9.255.255.255", "11.0.0.0", "::10.1.2.3"]),
        Row(network: "192.0.2.7", inside: ["192.0.2.7"], outside: ["192.0.2.6", "192.0.2.8"]),
        Row(network: "192.0.2.7/32", inside: ["192.0.2.7"], outside: ["192.0.2.6"]),
        Row(network: "0.0.0.0/0", inside: ["0.0.0.0", "255.255.255.255"], outside: ["::", "::1", "2001:db8::1"]),
        Row(network: "128.0.0.0/1", inside: ["128.0.0.0"], outside: ["127.255.255.255"]),
        Row(network: "::/0", inside: ["::", "ffff::"], outside: ["1.2.3.4", "::ffff:1.2.3.4"]),
        Row(network: "::1", inside: ["::1"], outside: ["::", "::2"]),
        Row(
            network: "fd00::/8", inside: ["fd00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
            outside: ["fc00::", "fe00::"]),
        Row(network: "2001:db8::/33", inside: ["2001:db8:7fff::"], outside: ["2001:db8:8000::"]),
        Row(network: "::ffff:10.0.0.0/104", inside: ["10.1.2.3"], outside: ["11.0.0.0"]),
    ])
    func `A network holds its addresses`(_ row: Row) throws {
        let list = NetworkList([try IPNetwork(row.network)])
        for address in row.inside { #expect(try list.contains(#require(IPAddress(address))), "\(address)") }
        for address in row.outside { #expect(try !list.contains(#require(IPAddress(address))), "\(address)") }
    }

    @Test(arguments: [
        ("", IPNetwork.Fault.notAnAddress), ("/8", .notAnAddress), ("10.0.0.0 /8", .notAnAddress),
        ("10/8", .notAnAddress),
        ("example.com", .notAnAddress), ("[::1]", .notAnAddress), ("10.0.0.0/", .prefixLength),
        ("10.0.0.0/33", .prefixLength),
        ("10.0.0.0/-1", .prefixLength), ("10.0.0.0/+8", .prefixLength), ("10.0.0.0/08", .prefixLength),
        ("10.0.0.0/8/8", .prefixLength),
        ("10.0.0.0/255.0.0.0", .prefixLength), ("::/129", .prefixLength), ("::/9999999999999999999", .prefixLength),
        ("10.0.0.1/8", .bitsBehindPrefix), ("2001:db8::1/64", .bitsBehindPrefix), ("::1/0", .bitsBehindPrefix),
    ])
    func `What is no network is refused`(_ text: String, _ fault: IPNetwork.Fault) {
        #expect(throws: fault) { try IPNetwork(text) }
    }

    /// However many there are, and however they overlap: an address is in the list where it is in one of them.
    @Test func `A list is all its networks`() throws {
        var random = SeededRandom(3)
        for _ in 0..<200 {
            var networks: [IPNetwork] = []
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let length = Int.random(in: 0...32, using: &random)
                let address =
                    UInt32.random(in: .min ... .max, using: &random) & (length == 0 ? 0 : .max << UInt32(32 - length))
                let text = "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)/\(length)"
                networks.append(try IPNetwork(text))
            }
            networks.append(try IPNetwork("2001:db8::/32"))
            let list = NetworkList(networks)
            let edges = networks.flatMap { [$0.first, $0.last] }
            let near = edges.flatMap { [$0, IPAddress(bits: $0.bits &+ 1), IPAddress(bits: $0.bits &- 1)] }
            for address in near {
                let expected = networks.contains {
                    $0.isIPv4 == address.isIPv4 && $0.first <= address && address <= $0.last
                }
                #expect(list.contains(address) == expected, "\(address)")
            }
        }
        #expect(NetworkList().isEmpty)
    }

    @Test func `It is known whether everybody is in it`() throws {
        #expect(try NetworkList([IPNetwork("0.0.0.0/0")]).holdsEveryAddress)
        #expect(try NetworkList([IPNetwork("::/0")]).holdsEveryAddress)
        #expect(try !NetworkList([IPNetwork("0.0.0.0/1"), IPNetwork("fd00::/8")]).holdsEveryAddress)
    }
}
