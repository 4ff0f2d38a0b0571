/// What a proxy says before a client's first byte: whose connection it passes on. PROXY protocol of HAProxy
/// (proxy-protocol.txt of 2020), version 1 in text and version 2 in binary.
package struct ProxyHeader: Sendable, Equatable {
    /// How many bytes it has.
    package let length: Int
    /// The client; nil where the proxy speaks for itself (a health check), or knows no address that we do.
    package let source: IPEndpoint?

    init(length: Int, source: IPEndpoint?) {
        self.length = length
        self.source = source
    }

    /// More is never read. Version 1 has 107 bytes at most; version 2 adds what proxies tell of TLS and of clouds, which no
    /// known one makes as long.
    package static let maximumLength = 4096

    package enum Fault: Error, Sendable, Equatable, CaseIterable {
        /// The bytes begin neither version.
        case absent
        case malformed
        case tooLong
        /// The header's own checksum says that it was changed on its way.
        case checksum
    }

    /// The header at the start of `bytes`; nil while it is not whole. Every byte of a header that is not whole belongs to it.
    package static func read(_ bytes: Span<UInt8>) throws(Fault) -> ProxyHeader? {
        guard let first = bytes.count > 0 ? bytes[0] : nil else { return nil }
        if first == UInt8(ascii: "P") { return try readText(bytes) }
        return try readBinary(bytes)
    }

    /// Whether `bytes` begin with `signature`, as far as they go.
    static func begins(_ bytes: Span<UInt8>, _ signature: StaticString) -> Bool {
        signature.withUTF8Buffer { signature in
            for index in 0..<min(bytes.count, signature.count) where bytes[index] != signature[index] { return false }
            return true
        }
    }

    // MARK: Version 1

    private static let textSignature: StaticString = "PROXY "
    private static let textMaximum = 107

    private static func readText(_ bytes: Span<UInt8>) throws(Fault) -> ProxyHeader? {
        guard begins(bytes, textSignature) else { throw .absent }
        for index in 0..<min(bytes.count, textMaximum) where bytes[index] == 0x0A {
            guard index > 0, bytes[index - 1] == 0x0D else { throw .malformed }
            return try ProxyHeader(
                length: index + 1, source: source(bytes, textSignature.utf8CodeUnitCount..<index - 1))
        }
        guard bytes.count < textMaximum else { throw .tooLong }
        return nil
    }

    /// `TCP4 source destination port port`; behind `UNKNOWN` anything may stand, and means nothing.
    private static func source(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(Fault) -> IPEndpoint? {
        var words: [Range<Int>] = []
        var start = line.lowerBound
        for index in line where bytes[index] == UInt8(ascii: " ") {
            words.append(start..<index)
            start = index + 1
        }
        words.append(start..<line.upperBound)
        if isWord(bytes, words[0], "UNKNOWN") { return nil }
        let isIPv4 = isWord(bytes, words[0], "TCP4")
        guard isIPv4 || isWord(bytes, words[0], "TCP6"), words.count == 5,
            let source = IPAddress(bytes, words[1]), let destination = IPAddress(bytes, words[2]),
            let port = port(bytes, words[3]), self.port(bytes, words[4]) != nil,
            // An address of the other family is a mistake of somebody's, though TCP6 may carry IPv4 that is mapped.
            !isIPv4
                || source.isIPv4 && destination.isIPv4
                    && !contains(bytes, words[1].lowerBound..<words[2].upperBound, ":"),
            isIPv4 || contains(bytes, words[1], ":") && contains(bytes, words[2], ":")
        else { throw .malformed }
        return IPEndpoint(address: source, port: port)
    }

    private static func isWord(_ bytes: Span<UInt8>, _ range: Range<Int>, _ word: StaticString) -> Bool {
        range.count == word.utf8CodeUnitCount && begins(bytes.extracting(range), word)
    }

    private static func contains(_ bytes: Span<UInt8>, _ range: Range<Int>, _ character: Unicode.Scalar) -> Bool {
        range.contains { bytes[$0] == UInt8(ascii: character) }
    }

    private static func port(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard (1...5).contains(range.count), range.count == 1 || bytes[range.lowerBound] != UInt8(ascii: "0") else {
            return nil
        }
        var port = 0
        for index in range {
            guard ASCII.isDigit(bytes[index]) else { return nil }
            port = port * 10 + Int(bytes[index] & 0x0F)
        }
        return port <= 65535 ? port : nil
    }
}
