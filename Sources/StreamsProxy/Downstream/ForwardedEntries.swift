internal import HTTPCore

/// The entries of an X-Forwarded-For value, from the last to the first. Empty ones are passed over (RFC 9110 §5.6.1.2).
struct ForwardedEntries {
    private let start: Int
    private var end: Int?

    init(_ value: Range<Int>) {
        start = value.lowerBound
        end = value.upperBound
    }

    mutating func next(_ bytes: Span<UInt8>) -> Range<Int>? {
        while let end {
            var index = end
            while index > start, bytes[index - 1] != UInt8(ascii: ",") { index -= 1 }
            self.end = index > start ? index - 1 : nil
            var (lower, upper) = (index, end)
            while lower < upper, Self.isSpace(bytes[lower]) { lower += 1 }
            while lower < upper, Self.isSpace(bytes[upper - 1]) { upper -= 1 }
            if lower < upper { return lower..<upper }
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// The address of an entry, which may have a port behind it and, if it is IPv6, brackets around it. Nil for a name, for
    /// `unknown`, for a made-up one such as `_proxy` (RFC 7239 §6.3), and for all else.
    static func address(_ bytes: Span<UInt8>, _ entry: Range<Int>) -> IPAddress? {
        if bytes[entry.lowerBound] == UInt8(ascii: "[") {
            guard let bracket = entry.first(where: { bytes[$0] == UInt8(ascii: "]") }) else { return nil }
            let inner = entry.lowerBound + 1..<bracket
            guard inner.contains(where: { bytes[$0] == UInt8(ascii: ":") }),
                isPort(bytes, bracket + 1..<entry.upperBound, mayBeAbsent: true)
            else { return nil }
            return IPAddress(bytes, inner)
        }
        if let address = IPAddress(bytes, entry) { return address }
        // Only IPv4 can be told from its port without brackets.
        guard let colon = entry.first(where: { bytes[$0] == UInt8(ascii: ":") }),
            let address = IPAddress(bytes, entry.lowerBound..<colon),
            isPort(bytes, colon..<entry.upperBound, mayBeAbsent: false)
        else { return nil }
        return address
    }

    private static func isPort(_ bytes: Span<UInt8>, _ range: Range<Int>, mayBeAbsent: Bool) -> Bool {
        if range.isEmpty { return mayBeAbsent }
        let digits = range.dropFirst()
        return bytes[range.lowerBound] == UInt8(ascii: ":") && (1...5).contains(digits.count)
            && digits.allSatisfy { ASCII.isDigit(bytes[$0]) }
    }
}
