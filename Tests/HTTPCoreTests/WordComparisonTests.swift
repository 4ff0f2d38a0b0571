import HTTPCore
import Testing

/// What is compared by registers comes to the same as byte by byte, whatever the length.
@Suite struct WordComparisonTests {
    /// Of every length up to 24, and with all marks that stand in words of ours.
    static let words: [StaticString] = [
        "", "a", "te", "via", "host", "allow", "expect", "http://", "https://", "forwarded", "multipart/",
        "traceparent", "100-continue", "authorization", "http2-settings", "access-control-", "www-authenticate",
        "transfer-encoding", "proxy-authenticate", "proxy-authorization", "abcdefghijklmnopqrst",
        "abcdefghijklmnopqrstu", "x-http-method-override", "abcdefghijklmnopqrstuvw", "luna-streams-api-version",
    ]

    @Test func `The words are of every length`() {
        #expect(Self.words.map(\.utf8CodeUnitCount) == Array(0...24))
    }

    @Test(arguments: 0...24)
    func `A word is itself in any case, and with one byte changed another`(length: Int) {
        let word = Self.words[length]
        let text = Array(word.description.utf8)
        #expect(Self.isEqual(text, word))
        #expect(Self.isSame(text, word))
        let capitals = Array(word.description.uppercased().utf8)
        #expect(Self.isEqual(capitals, word))
        #expect(Self.isSame(capitals, word) == (capitals == text))
        for place in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[place] = byte
                let isEqual = Self.isEqual(changed, word)
                #expect(isEqual == (ASCII.lowercase(byte) == text[place]), "\(byte) at \(place)")
                let isSame = Self.isSame(changed, word)
                #expect(isSame == (byte == text[place]), "\(byte) at \(place)")
            }
        }
        let longer = text + [0x61]
        #expect(!Self.isEqual(longer, word))
        #expect(!Self.isSame(longer, word))
    }

    @Test(arguments: 0...40)
    func `Bytes are compared whole`(length: Int) {
        let text = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 200) }
        #expect(Self.isSame(text, text))
        #expect(!Self.isSame(text + [0], text))
        let start = [7] + text + [8]
        let starts = start.span.starts(1..<start.count, with: text.span)
        #expect(starts)
        let isTooShort = length > 0 && !start.span.starts(1..<length, with: text.span)
        #expect(isTooShort == (length > 0))
        for place in text.indices {
            for bit in 0..<8 {
                var changed = text
                changed[place] ^= 1 << UInt8(bit)
                #expect(!Self.isSame(changed, text), "bit \(bit) at \(place)")
            }
        }
    }

    /// Bytes around the range must not matter.
    private static func isEqual(_ bytes: [UInt8], _ word: StaticString) -> Bool {
        let within = [0x61] + bytes + [0x61]
        let isEqual = within.span.isEqual(1..<1 + bytes.count, ignoringCaseOf: word)
        let isEqualAlone = ASCII.isEqual(bytes.span, 0..<bytes.count, ignoringCaseOf: word)
        #expect(isEqualAlone == isEqual)
        return isEqual
    }

    private static func isSame(_ bytes: [UInt8], _ text: StaticString) -> Bool {
        let within = [0x61] + bytes + [0x61]
        return within.span.isEqual(1..<1 + bytes.count, text)
    }

    private static func isSame(_ bytes: [UInt8], _ other: [UInt8]) -> Bool {
        let within = [0x61] + bytes + [0x61]
        return within.span.isEqual(1..<1 + bytes.count, other.span)
    }
}
