import HTTPCore
import SeededRandom
import StreamsProxy
import Testing

/// What log lines are made of, each beside the library's slow way.
struct LineWriterTests {
    private static func text(_ write: (inout LineWriter) -> Void) -> String {
        var memory = [UInt8](repeating: UInt8(ascii: "#"), count: 128)
        let count = memory.withUnsafeMutableBufferPointer { memory in
            guard var line = LineWriter(memory, at: 1) else { return 0 }
            write(&line)
            return line.count
        }
        #expect(memory[0] == UInt8(ascii: "#"))
        return String(decoding: memory[1..<count], as: UTF8.self)
    }

    @Test func numbersAreWrittenAsTheLibraryWritesThem() {
        for value in 0...100_000 where Self.text({ $0.put(decimal: value) }) != String(value) {
            Issue.record("\(value)")
        }
    }

    @Test func powersOfTenAndTheirNeighboursAreWritten() {
        var values = [Int.max, .max - 1]
        var power = 1
        for _ in 0..<19 {
            values += [power - 1, power, power + 1, power &* 9, power &* 5 &+ 5].filter { $0 >= 0 }
            power &*= 10
        }
        for value in values { #expect(Self.text { $0.put(decimal: value) } == String(value)) }
        // There are none; if there were, they would not be what a reader of JSON stumbles over.
        for value in [-1, Int.min] { #expect(Self.text { $0.put(decimal: value) } == "0") }
    }

    @Test func numbersFollowEachOther() {
        let text = Self.text { line in
            for value in [7, 1234, 123_456_789_012, 0, 99_999_999] { line.put(decimal: value) }
        }
        #expect(text == "71234123456789012099999999")
    }

    @Test func threeDigitsHaveZerosInFront() {
        for value in 0...999 {
            let digits = String(value + 1000).dropFirst()
            #expect(Self.text { $0.put(threeDigits: value) } == digits)
        }
    }

    @Test func idsAreWrittenAsTheyAreDescribed() {
        var random = SeededRandom(47)
        for _ in 0..<2000 {
            let id = UniqueID(high: random.next(), low: random.next())
            let plain = id.description.replacing("-", with: "")
            #expect(Self.text { $0.put(quoted: id) } == "\"\(id)\"")
            #expect(Self.text { $0.put(hexadecimal: id) } == plain)
            #expect(Self.text { $0.put(hexadecimal: UInt32(id.high >> 32)) } == plain.prefix(8))
        }
        #expect(Self.text { $0.put(quoted: nil) } == "null")
    }

    @Test(arguments: [0, 1, 9, 10, 99_999_999, 100_000_000, 999_999_999, 1_795_608_000, 9_999_999_999])
    func requestIDsHaveTenDigitsInFront(seconds: Int) {
        let id = RequestID(seconds: seconds, id: UniqueID(high: 0x1111_1111_2222_4333, low: 0x8444_5555_5555_5555))
        var bytes: [UInt8] = []
        id.append(to: &bytes)
        let text = Self.text { $0.put(id) }
        #expect(text == String(decoding: bytes, as: UTF8.self))
        #expect(text == String(seconds + 10_000_000_000).dropFirst() + ",11111111-2222-4333-8444-555555555555")
    }
}
