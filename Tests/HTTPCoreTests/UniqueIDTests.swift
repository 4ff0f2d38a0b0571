import HTTPCore
import SeededRandom
import Testing

struct UniqueIDTests {
    private static let text = "6d071cca-fda5-4a03-84d5-5bea65904480"

    private static func read(_ bytes: [UInt8], at place: Int) -> UniqueID? { UniqueID(bytes.span, at: place) }

    @Test func `The 36 characters are read and written`() throws {
        let id = try #require(UniqueID(Self.text))
        #expect(id.high == 0x6D07_1CCA_FDA5_4A03)
        #expect(id.low == 0x84D5_5BEA_6590_4480)
        #expect(id.description == Self.text)
        var bytes: [UInt8] = []
        bytes.append(id)
        #expect(bytes == Array(Self.text.utf8))
    }

    @Test(arguments: [
        "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "00000000-0000-1000-8000-000000000000", "01234567-89ab-7cde-bf01-23456789abcd",
    ])
    func `Any version is taken, either case is the same id`(_ text: String) throws {
        let id = try #require(UniqueID(text))
        #expect(id.description == text)
        #expect(UniqueID(text.uppercased()) == id)
    }

    @Test func `One byte off is no id`() {
        let good = Array(Self.text.utf8)
        for index in good.indices {
            let isHyphen = good[index] == UInt8(ascii: "-")
            for byte in UInt8.min...UInt8.max {
                let isGood = isHyphen ? byte == UInt8(ascii: "-") : ASCII.hexadecimalValue(byte) != nil
                var bytes = good
                bytes[index] = byte
                #expect((Self.read(bytes, at: 0) != nil) == isGood)
            }
        }
    }

    @Test(arguments: [
        "", "-", "6d071cca-fda5-4a03-84d5-5bea6590448", "6d071cca-fda5-4a03-84d5-5bea659044801",
        " d071cca-fda5-4a03-84d5-5bea65904480", "{6d071cca-fda5-4a03-84d5-5bea65904480}",
        "6d071ccafda54a0384d55bea65904480", "6d071cc-afda5-4a03-84d5-5bea65904480",
        "6d071cca-fda5-4a03-84d5-5bea6590448\u{E9}",
    ])
    func `Other text is no id`(_ text: String) {
        #expect(UniqueID(text) == nil)
    }

    @Test func `A place outside the bytes holds no id`() {
        let bytes = Array("xx\(Self.text)".utf8)
        #expect(Self.read(bytes, at: 2)?.description == Self.text)
        for place in [-1, 0, 1, 3, 38, 1000, Int.max] { #expect(Self.read(bytes, at: place) == nil) }
    }

    @Test(arguments: [(0, 0), (UInt64.max, UInt64.max), (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210)])
    func `Random bits become version 4 of the RFC's variant`(_ bits: (UInt64, UInt64)) {
        let id = UniqueID(randomHigh: bits.0, randomLow: bits.1)
        let text = Array(id.description)
        #expect(text[14] == "4")
        #expect("89ab".contains(text[19]))
        #expect(id.high & ~0xF000 == bits.0 & ~0xF000)
        #expect(id.low << 2 == bits.1 << 2)
        #expect(UniqueID(id.description) == id)
    }

    @Test func `Two random ids differ`() {
        #expect(UniqueID.random() != UniqueID.random())
    }
}

extension UniqueIDTests {
    @Test func `Appending writes what the description says, whatever the bits`() {
        var random = SeededRandom(36)
        for _ in 0..<2000 {
            let id = UniqueID(high: random.next(), low: random.next())
            var bytes: [UInt8] = [0x20]
            bytes.append(id)
            #expect(String(decoding: bytes.dropFirst(), as: UTF8.self) == id.description)
        }
    }
}
