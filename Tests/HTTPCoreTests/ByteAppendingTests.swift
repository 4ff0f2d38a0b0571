import HTTPCore
import Testing

struct ByteAppendingTests {
    private static func text(_ write: (inout [UInt8]) -> Void) -> String {
        var bytes: [UInt8] = []
        write(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        0, 1, 9, 10, 15, 16, 99, 100, 255, 256, 4095, 4096, 65535, 65536, 1 << 32, 1 << 60, .max - 1, .max,
    ])
    func `A number is written as the library writes it`(_ value: Int) {
        #expect(Self.text { $0.append(decimal: value) } == String(value))
        #expect(Self.text { $0.append(hexadecimal: value) } == String(value, radix: 16))
    }

    @Test func `Powers and their neighbours are written right`() {
        for shift in 0..<63 {
            for value in [1 << shift - 1, 1 << shift, 1 << shift + 1] {
                #expect(Self.text { $0.append(decimal: value) } == String(value))
                #expect(Self.text { $0.append(hexadecimal: value) } == String(value, radix: 16))
            }
        }
    }

    @Test func `Texts, runs and fields are appended`() {
        let source = Array("abcdef".utf8)
        #expect(Self.text { $0.append("xyz") } == "xyz")
        #expect(Self.text { $0.append(source.span, 2..<4) } == "cd")
        #expect(Self.text { $0.append(source.span) } == "abcdef")
        #expect(Self.text { $0.append(source.span, 3..<3) }.isEmpty)
        #expect(Self.text { $0.appendField("Allow", "GET") } == "Allow: GET\r\n")
    }
}
