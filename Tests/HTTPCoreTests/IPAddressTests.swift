import Glibc
import HTTPCore
import SeededRandom
import Testing

struct IPAddressTests {
    @Test(
        arguments: [
            ("0.0.0.0", 0xFFFF_0000_0000), ("255.255.255.255", 0xFFFF_FFFF_FFFF), ("10.1.2.3", 0xFFFF_0A01_0203),
            ("::", 0), ("::1", 1), ("1::", 1 << 112), ("::ffff:10.1.2.3", 0xFFFF_0A01_0203),
            ("::FFFF:0a01:0203", 0xFFFF_0A01_0203), ("::10.1.2.3", 0x0A01_0203),
            ("2001:db8::8:0:1", 0x2001_0DB8_0000_0000_0000_0008_0000_0001),
            ("1:2:3:4:5:6:7:8", 0x0001_0002_0003_0004_0005_0006_0007_0008),
            ("1:2:3:4:5:6:1.2.3.4", 0x0001_0002_0003_0004_0005_0006_0102_0304),
            ("::2:3:4:5:6:7:8", 0x0002_0003_0004_0005_0006_0007_0008),
            ("1:2:3:4:5:6:7::", 0x0001_0002_0003_0004_0005_0006_0007_0000),
        ] as [(String, UInt128)])
    func `An address is a number`(_ text: String, _ bits: UInt128) {
        #expect(IPAddress(text)?.bits == bits)
    }

    @Test(arguments: [
        "", ".", "1", "1.2.3", "1.2.3.", "1.2.3.4.", ".1.2.3.4", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.04",
        "1..2.3",
        "1.2.3.4 ", " 1.2.3.4", "0x1.2.3.4", "1.2.3.4/8", "1.2.3.4:80", "-1.2.3.4", "+1.2.3.4", "1.2.3.1000", ":",
        ":::", "1:",
        ":1", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::",
        "g::",
        "::1%lo", "[::1]", "::1.2.3", "::256.1.1.1", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "::1:1.2.3.4:1", "fe80::1 ",
        "localhost",
        "_hidden", "unknown",
    ])
    func `Anything else is none`(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    /// What the system reads and writes is what we read.
    @Test func `The system agrees`() {
        var random = SeededRandom(8)
        for _ in 0..<2000 {
            let sparse =
                UInt64.random(in: .min ... .max, using: &random) & UInt64.random(in: .min ... .max, using: &random)
            let bits =
                UInt128(sparse) << 64
                | UInt128(UInt64.random(in: .min ... .max, using: &random) >> UInt64.random(in: 0..<64, using: &random))
            let text = String(decoding: SocketAddress(IPAddress(bits: bits), port: 1).address, as: UTF8.self)
            #expect(IPAddress(text)?.bits == bits, "\(text)")
        }
        for text in ["1:2::3:4", "::", "1.2.3.4", "::1.2.3", "01.2.3.4", "1:::2", "1::2:", "a:b:c:d:e:f:1.2.3.4"] {
            var four = in_addr()
            var six = in6_addr()
            let isKnown = inet_pton(AF_INET, text, &four) == 1 || inet_pton(AF_INET6, text, &six) == 1
            #expect((IPAddress(text) != nil) == isKnown, "\(text)")
        }
    }

    @Test func `IPv4 is the same by whatever socket it comes`() {
        let address = SocketAddress(IPAddress(ipv4: 0xC000_0207), port: 443)
        #expect(address.description == "192.0.2.7:443")
        #expect(address.ip == IPAddress("::ffff:192.0.2.7"))
        #expect(SocketAddress(IPAddress("2001:db8::7")!, port: 1).description == "[2001:db8::7]:1")
        #expect(SocketAddress.none.ip == nil)
    }
}
