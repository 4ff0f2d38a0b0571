internal import HTTPCore

/// Which part of a list is asked for, as LUNA counts: `page` from 1 (the default), `page_size` from 1 to 100 (10).
struct TokensPage: Equatable {
    let page: Int
    let size: Int

    init(query: [UInt8]?) throws(TokensRefusal) {
        var page: Int?
        var size: Int?
        for parameter in (query ?? []).split(separator: UInt8(ascii: "&")) {
            let parts = parameter.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? parts[1] : []
            switch String(validating: Self.decoded(parts[0]), as: UTF8.self) {
            case "page": page = try Self.number(value, "page", in: 1...1_000_000, after: page)
            case "page_size": size = try Self.number(value, "page_size", in: 1...100, after: size)
            default: break
            }
        }
        self.page = page ?? 1
        self.size = size ?? 10
    }

    /// The positions of the page in a list of `count`: none beyond its end.
    func range(in count: Int) -> Range<Int> {
        let start = min((page - 1) * size, count)
        return start..<min(start + size, count)
    }

    private static func number(
        _ text: ArraySlice<UInt8>, _ name: String, in range: ClosedRange<Int>, after earlier: Int?
    ) throws(TokensRefusal) -> Int {
        guard earlier == nil else { throw .badQuery("\(name) is given twice") }
        let digits = decoded(text)
        guard (1...7).contains(digits.count), digits.allSatisfy(ASCII.isDigit),
            let number = Int(String(decoding: digits, as: UTF8.self)), range.contains(number)
        else {
            throw .badQuery("\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Percent-decoded (RFC 3986 §2.1); a percent sign without its two digits stands for itself.
    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let high = ASCII.hexadecimalValue(rest[rest.startIndex]),
                let low = ASCII.hexadecimalValue(rest[rest.startIndex + 1])
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}
