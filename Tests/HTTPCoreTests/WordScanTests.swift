import HTTPCore
import SeededRandom
import Testing

/// What is looked at eight bytes at a time comes to the same as byte by byte, wherever in the words the byte stands.
@Suite struct WordScanTests {
    @Test func `The first control is found at every place, whatever stands around it`() {
        var random = SeededRandom(21)
        for length in 0...40 {
            for place in 0...length {
                for control in [0x00, 0x09, 0x0A, 0x0D, 0x1F, 0x7F] as [UInt8] {
                    var bytes = (0..<length).map { _ in Self.visible(&random) }
                    if place < length { bytes[place] = control }
                    // What follows may be anything.
                    for index in bytes.indices where index > place { bytes[index] = UInt8(random.next() & 0xFF) }
                    #expect(firstControl(bytes, from: 0) == place)
                    #expect(firstControl(bytes, from: place) == place)
                }
            }
        }
    }

    @Test func `Every byte is a control or not, at every place of a word`() {
        for byte in UInt8.min...UInt8.max {
            let isControl = byte < 0x20 || byte == 0x7F
            for place in 0..<16 {
                var bytes = [UInt8](repeating: 0x41, count: 16)
                bytes[place] = byte
                #expect(firstControl(bytes, from: 0) == (isControl ? place : 16))
            }
        }
    }

    @Test(arguments: ["te", "host", "accept", "expect", "upgrade", "location", "luna-account-id", "http2-settings"])
    func `A name is recognised in any case, and with one byte changed it is another`(text: String) {
        let known: [String: StaticString] = [
            "te": "te", "host": "host", "accept": "accept", "expect": "expect", "upgrade": "upgrade",
            "location": "location", "luna-account-id": "luna-account-id", "http2-settings": "http2-settings",
        ]
        guard let word = known[text] else {
            Issue.record("\(text) has no spelling")
            return
        }
        let name = Array(text.utf8)
        let capitals = Array(text.uppercased().utf8)
        #expect(isEqual(name, word))
        #expect(isEqual(capitals, word))
        for place in name.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = name
                changed[place] = byte
                let isSame = ASCII.lowercase(byte) == name[place]
                #expect(isEqual(changed, word) == isSame)
            }
        }
        let longer = name + [0x78]
        #expect(!isEqual(longer, word))
    }

    private func firstControl(_ bytes: [UInt8], from start: Int) -> Int {
        bytes.span.firstControl(from: start, before: bytes.count)
    }

    private func isEqual(_ bytes: [UInt8], _ word: StaticString) -> Bool {
        bytes.span.isEqual(0..<bytes.count, ignoringCaseOf: word)
    }

    private static func visible(_ random: inout SeededRandom) -> UInt8 {
        while true {
            let byte = UInt8(truncatingIfNeeded: random.next())
            if byte >= 0x20, byte != 0x7F { return byte }
        }
    }
}
