import HTTPCore
import StreamsProxy
import Testing

/// Whom a trusted proxy's request is from.
struct TrustedProxiesTests {
    private static func client(_ lines: String, from peer: String = "10.0.0.1", isSecure: Bool = false) throws -> Client
    {
        let proxies = TrustedProxies(
            [try IPNetwork("10.0.0.0/8"), try IPNetwork("fd00::/8")], introduceClients: false)
        var head = RequestHead()
        let bytes = Array("GET / HTTP/1.1\r\nHost: h\r\n\(lines)\r\n".utf8)
        let isWhole = try HeadParser().parse(bytes.span, into: &head)
        #expect(isWhole)
        let address = try #require(IPAddress(peer))
        return proxies.client(of: head, bytes.span, from: SocketAddress(address, port: 9), isSecure: isSecure)
    }

    private static let chains: [(lines: String, client: String, chain: String)] = [
        ("", "10.0.0.1", "10.0.0.1"),
        ("X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7", "192.0.2.7, 10.0.0.1"),
        ("x-forwarded-for:192.0.2.7\r\n", "192.0.2.7", "192.0.2.7, 10.0.0.1"),
        // What the client has made up stands before what the proxy saw.
        ("X-Forwarded-For: 1.1.1.1, 192.0.2.7\r\n", "192.0.2.7", "192.0.2.7, 10.0.0.1"),
        ("X-Forwarded-For: 10.0.0.9, garbage, 192.0.2.7\r\n", "192.0.2.7", "192.0.2.7, 10.0.0.1"),
        ("X-Forwarded-For: 192.0.2.7, 10.0.0.2,10.0.0.3\r\n", "192.0.2.7", "192.0.2.7, 10.0.0.2, 10.0.0.3, 10.0.0.1"),
        (
            "X-Forwarded-For: 8.8.8.8\r\nAccept: */*\r\nX-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7",
            "192.0.2.7, 10.0.0.1"
        ),
        ("X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-For: 10.0.0.2\r\n", "192.0.2.7", "192.0.2.7, 10.0.0.2, 10.0.0.1"),
        ("X-Forwarded-For: 192.0.2.7:443\r\n", "192.0.2.7", "192.0.2.7, 10.0.0.1"),
        ("X-Forwarded-For: [2001:db8::7]:443\r\n", "2001:db8::7", "2001:db8::7, 10.0.0.1"),
        ("X-Forwarded-For: [2001:db8::7]\r\n", "2001:db8::7", "2001:db8::7, 10.0.0.1"),
        ("X-Forwarded-For: 2001:DB8:0::7\r\n", "2001:db8::7", "2001:db8::7, 10.0.0.1"),
        ("X-Forwarded-For: ::ffff:192.0.2.7\r\n", "192.0.2.7", "192.0.2.7, 10.0.0.1"),
        ("X-Forwarded-For: ::ffff:10.0.0.4\r\n", "10.0.0.4", "10.0.0.4, 10.0.0.1"),
        ("X-Forwarded-For: 192.0.2.7, ,,\t fd00::2 ,\r\n", "192.0.2.7", "192.0.2.7, fd00::2, 10.0.0.1"),
        // All of them are ours: the first is a client within.
        ("X-Forwarded-For: 10.0.0.2, 10.0.0.3\r\n", "10.0.0.2", "10.0.0.2, 10.0.0.3, 10.0.0.1"),
        ("X-Forwarded-For:\r\n", "10.0.0.1", "10.0.0.1"), ("X-Forwarded-For: ,\r\n", "10.0.0.1", "10.0.0.1"),
        ("Forwarded: for=1.1.1.1\r\nX-Real-IP: 1.1.1.1\r\nX_Forwarded_For: 1.1.1.1\r\n", "10.0.0.1", "10.0.0.1"),
    ]

    @Test(arguments: chains.indices)
    func `The last that is none of ours is the client`(_ index: Int) throws {
        let row = Self.chains[index]
        let client = try Self.client(row.lines)
        #expect(String(decoding: client.address.address, as: UTF8.self) == row.client)
        #expect(String(decoding: client.chain, as: UTF8.self) == row.chain)
        #expect(!client.isUnreadable)
    }

    @Test(arguments: [
        "unknown", "_proxy", "host.example", "192.0.2", "192.0.2.7:", "192.0.2.7:x", "192.0.2.7:123456", "[192.0.2.7]",
        "[2001:db8::7", "2001:db8::7]", "[2001:db8::7]443", "[2001:db8::7]:", "[]", "\"192.0.2.7\"", "for=192.0.2.7",
        "192.0.2.7;1",
        "192.0.2.7 192.0.2.8", "1.2.3.4.5", "0300.0.2.7", "fe80::1%eth0", "192.0.2.7/24", "\u{e9}", "-",
    ])
    func `Beyond what can't be read nobody is known`(_ entry: String) throws {
        let first = try Self.client("X-Forwarded-For: 192.0.2.7, \(entry)\r\n")
        #expect(String(decoding: first.chain, as: UTF8.self) == "10.0.0.1" && first.isUnreadable)
        let second = try Self.client("X-Forwarded-For: \(entry), 10.0.0.2\r\n")
        #expect(String(decoding: second.chain, as: UTF8.self) == "10.0.0.2, 10.0.0.1" && second.isUnreadable)
        let third = try Self.client("X-Forwarded-For: \(entry), 192.0.2.7\r\n")
        #expect(String(decoding: third.chain, as: UTF8.self) == "192.0.2.7, 10.0.0.1" && !third.isUnreadable)
    }

    @Test func `The proxy says whether the client speaks TLS`() throws {
        for (lines, expected) in [
            ("X-Forwarded-Proto: https\r\n", true), ("x-forwarded-proto: HTTPS\r\n", true),
            ("X-Forwarded-Proto: http\r\n", false),
        ] {
            for isSecure in [false, true] {
                #expect(try Self.client(lines, isSecure: isSecure).isSecure == expected)
                let whole = lines + "X-Forwarded-For: 192.0.2.7\r\n"
                #expect(try Self.client(whole, isSecure: isSecure).isSecure == expected)
            }
        }
        for lines in [
            "", "X-Forwarded-Proto: wss\r\n", "X-Forwarded-Proto: https, http\r\n",
            "X-Forwarded-Proto: https\r\nX-Forwarded-Proto: http\r\n",
        ] {
            for isSecure in [false, true] { #expect(try Self.client(lines, isSecure: isSecure).isSecure == isSecure) }
        }
    }

    @Test func `Whose word counts is known by the peer`() throws {
        let proxies = TrustedProxies([try IPNetwork("10.0.0.0/8")], introduceClients: true)
        #expect(try proxies.contains(SocketAddress(#require(IPAddress("10.9.9.9")), port: 1)))
        #expect(try !proxies.contains(SocketAddress(#require(IPAddress("11.0.0.0")), port: 1)))
        #expect(!proxies.contains(.none) && !TrustedProxies.none.contains(.none))
    }
}
