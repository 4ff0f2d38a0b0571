import HTTPCore
import SeededRandom
import Testing

struct ContentReaderTests {
    private static let text = Array("hello".utf8)

    @Test func `Nothing is used where there is no content`() {
        for framing in [ContentFraming.none, .length(0)] {
            #expect(ContentReader(framing).isFinished)
            #expect(ContentReader(framing).remaining == 0)
            #expect(ContentReading(framing, [Self.text]) == ContentReading(content: [], used: 0, end: .finished))
        }
    }

    @Test func `A length is counted, whatever follows`() {
        let bytes = Self.text + Array("GET".utf8)
        let expected = ContentReading(content: Self.text, used: 5, end: .finished)
        #expect(ContentReading(.length(5), [bytes]) == expected)
        #expect(ContentReading(.length(5), Self.text.map { [$0] } + [[0]]) == expected)
        #expect(ContentReading(.length(6), [Self.text]).end == .needMore)
        #expect(ContentReading(.length(.max), [Self.text]).end == .needMore)
    }

    @Test func `Until close everything is content`() {
        let expected = ContentReading(content: Self.text + Self.text, used: 10, end: .needMore)
        #expect(ContentReading(.untilClose, [Self.text, [], Self.text]) == expected)
    }

    @Test func `What is left is known only of a counted length`() throws {
        var reader = ContentReader(.length(5))
        #expect(reader.remaining == 5)
        let part = Array("hel".utf8)
        var position = 0
        _ = try reader.next(part.span, from: &position)
        #expect(reader.remaining == 2 && !reader.isFinished)
        #expect(ContentReader(.chunked).remaining == nil)
        #expect(ContentReader(.untilClose).remaining == nil)
    }

    @Test(arguments: [
        (framing: ContentFraming.none, isWhole: true), (framing: .length(0), isWhole: true),
        (framing: .length(5), isWhole: false), (framing: .chunked, isWhole: false),
        (framing: .untilClose, isWhole: true),
    ])
    func `A close ends only what was to end so`(_ row: (framing: ContentFraming, isWhole: Bool)) {
        var reader = ContentReader(row.framing)
        let isWhole = reader.closed()
        #expect(isWhole == row.isWhole)
        #expect(reader.isFinished == row.isWhole)
    }

    // MARK: Properties

    /// Parts of random length, empty ones among them.
    private static func split(_ bytes: [UInt8], _ random: inout SeededRandom) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 0...20, using: &random))
            parts.append(Array(bytes[start..<end]))
            start = end
        }
        return parts
    }

    private static func chunked(_ content: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var message: [UInt8] = []
        var start = 0
        while start < content.count {
            let end = min(content.count, start + Int.random(in: 1...40, using: &random))
            message.append(contentsOf: repeatElement(0x30, count: Int.random(in: 0...3, using: &random)))
            message.append(hexadecimal: end - start)
            if Bool.random(using: &random) { message += Array(";n=\"v\"".utf8) }
            message += [0x0D, 0x0A] + content[start..<end] + [0x0D, 0x0A]
            start = end
        }
        message += Array("0\r\n".utf8)
        if Bool.random(using: &random) { message += Array("Trailer-Field: value\r\n".utf8) }
        return message + [0x0D, 0x0A]
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `However it is chunked and split, the content comes out`(_ seed: UInt64) {
        var random = SeededRandom(seed)
        for _ in 0..<250 {
            let content = (0..<Int.random(in: 0...300, using: &random)).map { _ in
                UInt8(truncatingIfNeeded: random.next())
            }
            let message = Self.chunked(content, &random)
            let found = ContentReading(.chunked, Self.split(message + [0, 1, 2], &random))
            #expect(found == ContentReading(content: content, used: message.count, end: .finished))
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `Random bytes are refused or read, and never trap`(_ seed: UInt64) {
        var random = SeededRandom(seed)
        let alphabet = Array("0123456789abcdefF;\r\n\r\n\r\n :x".utf8) + [0, 0x7F, 0x80, 0xFF]
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            let whole = ContentReading(.chunked, [bytes])
            #expect(ContentReading(.chunked, Self.split(bytes, &random)).end == whole.end)
            // A chunk costs at least four bytes of framing: more content than the rest can't come out.
            #expect(whole.content.count <= max(0, bytes.count - 3))
            #expect(whole.used <= bytes.count)
            let length = Int.random(in: 0...80, using: &random)
            let counted = ContentReading(.length(length), Self.split(bytes, &random))
            #expect(counted.content == Array(bytes.prefix(length)))
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `A head of random bytes never traps, and never reads beyond its end`(_ seed: UInt64) {
        var random = SeededRandom(seed)
        let words = [
            "GET ", "/", " HTTP/1.1", "\r\n", "\r\n", "Host: h", "Content-Length: 5", "Transfer-Encoding: chunked",
            "HTTP/1.1 ", "200", " ", ":", "\n", "\r", "a", "*", "http://h", "?", "%", "%20", "\u{0}", "\u{FF}", "\t",
            "Connection: close", "Expect: 100-continue", "OPTIONS ",
        ]
        for _ in 0..<3000 {
            var bytes: [UInt8] = Bool.random(using: &random) ? Array("GET / HTTP/1.1\r\nHost: h\r\n".utf8) : []
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                bytes += [UInt8](raw: words[Int.random(in: 0..<words.count, using: &random)])
            }
            if case .whole(let head) = Reading.request(bytes) {
                #expect(bytes[..<head.length].suffix(4).elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]))
            }
            if case .whole(let head) = Reading.response(bytes) { #expect((100..<600).contains(head.status)) }
        }
    }
}
