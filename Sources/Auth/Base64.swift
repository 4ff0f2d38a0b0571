/// Base 64 (RFC 4648), read strictly: one text for each sequence of bytes and no other, so that a credential can be
/// compared by its text. No line breaks, no missing or needless padding, no stray bits in the last character.
package enum Base64 {
    package enum Alphabet: Sendable, CaseIterable {
        /// RFC 4648 §4, with `=` up to a multiple of four.
        case standard
        /// RFC 4648 §5 as JWTs have it (RFC 7515 §2): no padding.
        case url
    }

    /// The bytes that `range` of `text` stands for; nil where it is not exactly their encoding.
    package static func decode(_ text: Span<UInt8>, _ range: Range<Int>, _ alphabet: Alphabet) -> [UInt8]? {
        var end = range.upperBound
        switch alphabet {
        case .standard:
            guard range.count % 4 == 0 else { return nil }
            while end > range.lowerBound, range.upperBound - end < 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        case .url: break
        }
        let digits = end - range.lowerBound
        // Padding fills the last group of four exactly; a group of one digit would be six bits of a byte.
        guard digits % 4 != 1 else { return nil }
        if alphabet == .standard, (4 - digits % 4) % 4 != range.upperBound - end { return nil }

        var bytes: [UInt8] = []
        // Reserved whole, since growing would leave copies of what may be a password in freed memory.
        bytes.reserveCapacity(digits / 4 * 3 + 2)
        var bits: UInt32 = 0
        var count = 0
        for index in range.lowerBound..<end {
            guard let value = value(of: text[index], alphabet) else {
                bytes.wipe()
                return nil
            }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        guard bits & (1 << UInt32(count) - 1) == 0 else {
            bytes.wipe()
            return nil
        }
        return bytes
    }

    /// The whole of `text`.
    package static func decode(_ text: String, _ alphabet: Alphabet) -> [UInt8]? {
        let bytes = Array(text.utf8)
        return decode(bytes.span, 0..<bytes.count, alphabet)
    }

    package static func encode(_ bytes: [UInt8], _ alphabet: Alphabet) -> String {
        let digits: [UInt8] =
            switch alphabet {
            case .standard: Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
            case .url: Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
            }
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for digit in 0...group.count { text.append(digits[Int(bits >> UInt32(18 - 6 * digit) & 63)]) }
            if alphabet == .standard {
                text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - group.count))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func value(of byte: UInt8, _ alphabet: Alphabet) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+") where alphabet == .standard, UInt8(ascii: "-") where alphabet == .url: 62
        case UInt8(ascii: "/") where alphabet == .standard, UInt8(ascii: "_") where alphabet == .url: 63
        default: nil
        }
    }
}
