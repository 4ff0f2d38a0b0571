/// `uri-host [":" port]` (RFC 9110 §7.2) as people use it: a name, an IPv4 address or an IPv6 address in brackets.
/// Percent-encoding, sub-delimiters, zone ids and addresses of the future are grammar too, and refused: no server here
/// has such a name, and what one reader decodes another does not.
package enum HostGrammar {
    package static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>, needsPort: Bool = false) -> Bool {
        guard !range.isEmpty else { return false }
        var index = range.lowerBound
        if bytes[index] == UInt8(ascii: "[") {
            index += 1
            let start = index
            while index < range.upperBound, bytes[index] != UInt8(ascii: "]") { index += 1 }
            guard index < range.upperBound, isIPv6(bytes, start..<index) else { return false }
            index += 1
        } else {
            index = bytes.endOfPlainHost(from: index, before: range.upperBound)
            while index < range.upperBound, isName(bytes[index]) { index += 1 }
            guard index > range.lowerBound else { return false }
        }
        guard index < range.upperBound else { return !needsPort }
        guard bytes[index] == UInt8(ascii: ":") else { return false }
        return isPort(bytes, index + 1..<range.upperBound, mayBeEmpty: !needsPort)
    }

    private static func isPort(_ bytes: Span<UInt8>, _ range: Range<Int>, mayBeEmpty: Bool) -> Bool {
        guard range.count <= 5, mayBeEmpty || !range.isEmpty else { return false }
        var port = 0
        for index in range {
            guard ASCII.isDigit(bytes[index]) else { return false }
            port = port * 10 + Int(bytes[index] &- 0x30)
        }
        return port <= 65535
    }

    /// Unreserved characters of RFC 3986; no `%`, no sub-delimiters: a comma in a host has fooled proxies (HAProxy b743b566b).
    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// `IPv6address` of RFC 3986 §3.2.2: eight groups of up to four digits, one run of them left out by `::`, the last
    /// two perhaps written as an IPv4 address.
    private static func isIPv6(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var groups = 0
        var isShortened = false
        var index = range.lowerBound
        while index < range.upperBound {
            if bytes[index] == UInt8(ascii: ":") {
                // A colon stands between two groups, or is the first of the two that stand for a run.
                guard index + 1 < range.upperBound else { return false }
                if bytes[index + 1] == UInt8(ascii: ":") {
                    guard !isShortened else { return false }
                    isShortened = true
                    index += 2
                    continue
                }
                guard groups > 0, bytes[index - 1] != UInt8(ascii: ":") else { return false }
                index += 1
            }
            let start = index
            while index < range.upperBound, ASCII.hexadecimalValue(bytes[index]) != nil { index += 1 }
            if index < range.upperBound, bytes[index] == UInt8(ascii: ".") {
                groups += 2
                guard isIPv4(bytes, start..<range.upperBound) else { return false }
                break
            }
            guard (1...4).contains(index - start) else { return false }
            groups += 1
        }
        return isShortened ? groups < 8 : groups == 8
    }

    private static func isIPv4(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var numbers = 0
        var index = range.lowerBound
        while true {
            let start = index
            var number = 0
            while index < range.upperBound, ASCII.isDigit(bytes[index]), index - start < 4 {
                number = number * 10 + Int(bytes[index] &- 0x30)
                index += 1
            }
            guard (1...3).contains(index - start), number <= 255 else { return false }
            // RFC 3986 §3.2.2 has no leading zeros, which some readers take for a sign of octal digits.
            guard index - start == 1 || bytes[start] != UInt8(ascii: "0") else { return false }
            numbers += 1
            guard index < range.upperBound else { return numbers == 4 }
            guard bytes[index] == UInt8(ascii: ".") else { return false }
            index += 1
        }
    }
}
