import HTTPCore
import Testing

/// The PROXY protocol, versions 1 and 2: whole, in parts, and wrong in every way that its text names.
struct ProxyHeaderTests {
    typealias Fault = ProxyHeader.Fault

    private static func read(_ bytes: some Sequence<UInt8>) throws(Fault) -> ProxyHeader? {
        try ProxyHeader.read(Array(bytes).span)
    }

    static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    private static let ipv4: [UInt8] = [192, 0, 2, 7, 198, 51, 100, 1, 0x30, 0x39, 0x01, 0xBB]
    private static let ipv6: [UInt8] =
        [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [7] + [UInt8](repeating: 1, count: 16)
        + [0x30, 0x39, 0x01, 0xBB]
    private static let unix = [UInt8](repeating: 0x2F, count: 216)

    static func binary(_ command: UInt8 = 0x21, _ family: UInt8 = 0x11, _ rest: [UInt8] = ipv4, length: Int? = nil)
        -> [UInt8]
    {
        let length = length ?? rest.count
        return signature + [command, family, UInt8(length >> 8), UInt8(length & 255)] + rest
    }

    private static func addition(_ type: UInt8, _ value: [UInt8]) -> [UInt8] {
        [type, UInt8(value.count >> 8), UInt8(value.count & 255)] + value
    }

    private static func source(_ address: String) -> IPEndpoint {
        IPEndpoint(address: IPAddress(address)!, port: 12345)
    }

    private static let goodTexts: [(text: String, source: IPEndpoint?)] = [
        ("PROXY TCP4 192.0.2.7 198.51.100.1 12345 443\r\n", source("192.0.2.7")),
        ("PROXY TCP6 2001:db8::7 2001:db8::1 12345 443\r\n", source("2001:db8::7")),
        ("PROXY TCP6 ::ffff:192.0.2.7 ::ffff:198.51.100.1 12345 443\r\n", source("192.0.2.7")),
        ("PROXY TCP4 0.0.0.0 0.0.0.0 0 65535\r\n", IPEndpoint(address: IPAddress(ipv4: 0), port: 0)),
        ("PROXY UNKNOWN\r\n", nil), ("PROXY UNKNOWN what ever ::1 stands here\r\n", nil),
        (
            "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
            IPEndpoint(address: IPAddress(bits: .max), port: 65535)
        ),
        (
            "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
            nil
        ),
    ]

    private static let goodBinaries: [(bytes: [UInt8], source: IPEndpoint?)] = [
        (binary(), source("192.0.2.7")), (binary(0x21, 0x21, ipv6), source("2001:db8::7")),
        (binary(0x21, 0x31, unix), nil), (binary(0x21, 0x32, unix), nil), (binary(0x21, 0x12), nil),
        (binary(0x21, 0x22, ipv6), nil), (binary(0x21, 0x00, []), nil), (binary(0x20, 0x00, []), nil),
        (binary(0x20, 0x11), nil),
        // Of LOCAL all but the length is passed over.
        (binary(0x20, 0x11, [1, 2, 3]), nil),
        (binary(0x21, 0x11, ipv4 + addition(0x04, []) + addition(0xEA, [1, 2, 3])), source("192.0.2.7")),
        (binary(0x21, 0x00, addition(0x02, Array("streams.example".utf8))), nil),
        (binary(0x21, 0x21, ipv6 + addition(0x20, [UInt8](repeating: 9, count: 1000))), source("2001:db8::7")),
        (
            binary(0x21, 0x11, ipv4 + addition(0x04, [UInt8](repeating: 0, count: 4096 - 16 - 12 - 3))),
            source("192.0.2.7")
        ),
        (checked(0), source("192.0.2.7")),
    ]

    static let good: [(bytes: [UInt8], source: IPEndpoint?)] =
        goodTexts.map { (Array($0.text.utf8), $0.source) } + goodBinaries

    /// With a checksum, computed as RFC 3720 has it, and that much wrong.
    private static func checked(_ error: UInt32) -> [UInt8] {
        var bytes = binary(0x21, 0x11, ipv4 + addition(0x02, [1, 2]) + addition(0x03, [0, 0, 0, 0]))
        var remainder: UInt32 = .max
        for byte in bytes {
            for bit in 0..<8 {
                let isSet = (remainder ^ UInt32(byte >> UInt8(bit))) & 1 == 1
                remainder = remainder >> 1 ^ (isSet ? 0x82F6_3B78 : 0)
            }
        }
        let sum = ~remainder &+ error
        bytes.replaceSubrange((bytes.count - 4)..., with: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) })
        return bytes
    }

    @Test(arguments: good.indices)
    func `A header is read however it comes, and nothing behind it`(_ index: Int) throws {
        let (bytes, source) = Self.good[index]
        for count in 0..<bytes.count {
            #expect(try Self.read(bytes[..<count]) == nil, "\(count) bytes")
        }
        for more in ["", "P", "GET / HTTP/1.1\r\n\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1 1\r\n", "\u{16}\u{3}\u{1}"] {
            let header = try #require(try Self.read(bytes + Array(more.utf8)))
            #expect(header.length == bytes.count && header.source == source)
        }
    }

    private static let badTexts: [(text: String, fault: Fault)] = [
        ("GET / HTTP/1.1\r\n\r\n", .absent), ("PROXX", .absent), ("POST / HTTP/1.1", .absent),
        ("proxy TCP4", .absent), ("\u{16}\u{3}", .absent),
        ("PROXY\t", .absent), ("\r\n\r\n\r", .absent), ("\n", .absent),
        ("PROXY TCP4 192.0.2.7 198.51.100.1 12345 443\n", .malformed), ("PROXY \r\n", .malformed),
        ("PROXY TCP4\r\n", .malformed),
        ("PROXY TCP5 192.0.2.7 198.51.100.1 12345 443\r\n", .malformed),
        ("PROXY tcp4 192.0.2.7 198.51.100.1 1 2\r\n", .malformed),
        ("PROXY TCP4  192.0.2.7 198.51.100.1 1 2\r\n", .malformed),
        ("PROXY TCP4 192.0.2.7 198.51.100.1 1 2 \r\n", .malformed),
        ("PROXY TCP4 192.0.2.7 198.51.100.1 1\r\n", .malformed),
        ("PROXY TCP4 192.0.2.7 198.51.100.1 1 2 3\r\n", .malformed),
        ("PROXY TCP4 192.0.2.7 198.51.100.1 65536 1\r\n", .malformed),
        ("PROXY TCP4 192.0.2.7 198.51.100.1 01 1\r\n", .malformed),
        ("PROXY TCP4 192.0.2.7 198.51.100.1 -1 1\r\n", .malformed),
        ("PROXY TCP4 192.0.2.7 198.51.100.1 1 x\r\n", .malformed),
        ("PROXY TCP4 192.0.2 198.51.100.1 1 1\r\n", .malformed),
        ("PROXY TCP4 192.0.2.256 198.51.100.1 1 1\r\n", .malformed),
        ("PROXY TCP4 ::1 ::1 1 1\r\n", .malformed), ("PROXY TCP4 ::ffff:1.2.3.4 1.2.3.4 1 1\r\n", .malformed),
        ("PROXY TCP6 192.0.2.7 198.51.100.1 1 1\r\n", .malformed), ("PROXY TCP6 ::1%lo ::1 1 1\r\n", .malformed),
        ("PROXY UNKNOWNX\r\n", .malformed), ("PROXY UNKNOWN\n", .malformed),
        ("PROXY TCP4 192.0.2.7 198.51.100.1 1 1" + String(repeating: " ", count: 100), .tooLong),
        ("PROXY UNKNOWN" + String(repeating: "x", count: 93) + "\r\n", .tooLong),
    ]

    private static let badBinaries: [(bytes: [UInt8], fault: Fault)] = [
        (binary(0x11), .malformed), (binary(0x31), .malformed), (binary(0x22), .malformed),
        (binary(0x2F), .malformed),
        (binary(0x21, 0x41), .malformed), (binary(0x21, 0x13), .malformed), (binary(0x21, 0xF1), .malformed),
        (binary(0x21, 0x11, ipv4.dropLast()), .malformed), (binary(0x21, 0x21), .malformed),
        (binary(0x21, 0x31), .malformed),
        (binary(0x21, 0x11, ipv4, length: 4081), .tooLong), (binary(0x20, 0x00, [], length: 65535), .tooLong),
        (binary(0x21, 0x11, ipv4 + [4]), .malformed), (binary(0x21, 0x11, ipv4 + [4, 0]), .malformed),
        (binary(0x21, 0x11, ipv4 + [4, 0, 1]), .malformed),
        (binary(0x21, 0x11, ipv4 + [3, 0, 3, 1, 2, 3]), .malformed),
        (binary(0x21, 0x11, ipv4 + addition(0x03, [0, 0, 0, 0])), .checksum), (checked(1), .checksum),
        (Array(signature.dropLast()) + [0x0B], .absent),
    ]

    private static let bad: [(bytes: [UInt8], fault: Fault)] =
        badTexts.map { (Array($0.text.utf8), $0.fault) } + badBinaries

    @Test(arguments: bad.indices)
    func `What is no header is refused for its reason`(_ index: Int) {
        let (bytes, fault) = Self.bad[index]
        #expect(throws: fault) { try Self.read(bytes) }
        // More bytes change nothing about it.
        #expect(throws: fault) { try Self.read(bytes + Array("x\r\n\r\n".utf8)) }
    }

    @Test func `One byte changed anywhere is noticed, or is an address`() throws {
        for (bytes, _) in Self.good where bytes.count < 60 {
            for index in bytes.indices {
                var changed = bytes
                changed[index] ^= 0x80
                do throws(Fault) {
                    guard let header = try Self.read(changed) else { continue }
                    // Whatever it came to, it took no more bytes than there are.
                    #expect(header.length <= changed.count)
                    if index < 12 || bytes.first == UInt8(ascii: "P") { #expect(header.source == nil) }
                } catch {}
            }
        }
    }
}
