import HTTPCore
import Testing

struct DecimalDigitsTests {
    private static func text(_ value: UInt64) -> String {
        withUnsafeBytes(of: (decimalDigits(value) | 0x3030_3030_3030_3030).littleEndian) {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// Each half of four digits, with whatever beside it.
    @Test func `Eight digits are written`() {
        for value in 0..<UInt64(10_000) {
            for whole in [value, value * 10_000, value * 10_001, value * 10_000 + 9999, 99_990_000 + value] {
                let isRight = Self.text(whole) == String(whole + 100_000_000).dropFirst()
                if !isRight { Issue.record("\(whole)") }
            }
        }
    }
}
