import HTTPCore
import Previews
import SeededRandom
import Testing

/// Motion-JPEG as cameras and servers write it: whatever the form and wherever the bytes are split, the pictures are the same.
struct MultipartReaderTests {
    @Test(arguments: forms)
    func `The pictures are found in every form`(_ form: Form) {
        let reading = MultipartReading(form.type, [form.bytes])
        #expect(reading.pictures == (0..<form.pictures).map(Self.jpeg))
        #expect(reading.end == form.end)
        #expect(reading.malformedParts == form.malformed)
    }

    @Test(arguments: forms)
    func `Where it is split makes no difference`(_ form: Form) {
        let whole = MultipartReading(form.type, [form.bytes])
        #expect(MultipartReading(form.type, form.bytes.map { [$0] }) == whole)
        for place in form.bytes.indices {
            let parts = [Array(form.bytes[..<place]), Array(form.bytes[place...])]
            #expect(MultipartReading(form.type, parts) == whole, "split at \(place)")
        }
    }

    @Test func `A picture of announced length is given out with its last byte`() {
        let head = Array("--frame\r\n\(Self.type)Content-Length: \(Self.jpeg(1).count)\r\n\r\n".utf8)
        let reading = MultipartReading(Self.forms[0].type, [head + Self.jpeg(1)], isOpen: true)
        #expect(reading.pictures == [Self.jpeg(1)] && reading.end == nil)
    }

    @Test(arguments: [
        ("image/jpeg", "image/jpeg"), ("image/JPG", "image/jpeg"), ("IMAGE/png; q=1", "image/png"),
        ("", "image/jpeg"),
    ])
    func `A picture is of the type that its part has`(_ written: String, _ read: String) {
        var reader = MultipartReader(
            MultipartBoundary(MediaType("multipart/x-mixed-replace;boundary=frame"))!,
            pictureMaximum: 1000)
        let head =
            "--frame\r\nContent-Type: \(written)\r\nContent-Length: \(Self.jpeg(1).count)\r\n\r\n"
        reader.append((Array(head.utf8) + Self.jpeg(1) + Array("\r\n--frame\r\n".utf8)).span)
        guard case .picture = reader.next() else {
            Issue.record("no picture")
            return
        }
        #expect(reader.pictureType == Array(read.utf8))
    }

    @Test func `What is cut off is no picture`() {
        let form = Self.forms[0]
        let last = form.bytes.count - 3
        let reading = MultipartReading(form.type, [Array(form.bytes[..<(last - 1)])])
        #expect(reading.pictures.count == 2)
        let searched = Self.forms.first { $0.testDescription == "10: no length" }!
        let cut = MultipartReading(
            searched.type, [Array(searched.bytes[..<(searched.bytes.count - 3)])])
        #expect(cut.pictures.count == 2)
    }

    @Test(arguments: [
        (16, MultipartStep.unreadable(.malformed)), (15, .ended),
    ])
    func `Sixteen broken parts in a row are too many`(_ count: Int, _ end: MultipartStep) {
        var writer = Writer()
        for number in 0..<count {
            writer.text("--frame\r\n\(Self.type)Content-Length: 3\r\n\r\n")
            writer.jpeg(number)
            writer.text("\r\n")
        }
        writer.text("--frame--")
        #expect(MultipartReading(Self.forms[0].type, [writer.bytes]).end == end)
    }

    @Test func `A good part between broken ones begins the count anew`() {
        var writer = Writer()
        for number in 0..<40 {
            let length = number % 15 == 14 ? Self.jpeg(number).count : 3
            writer.text("--frame\r\n\(Self.type)Content-Length: \(length)\r\n\r\n")
            writer.jpeg(number)
            writer.text("\r\n")
        }
        writer.text("--frame--")
        let reading = MultipartReading(Self.forms[0].type, [writer.bytes])
        #expect(reading.end == .ended && reading.pictures.count == 40 && reading.malformedParts == 38)
    }

    @Test(arguments: [
        [UInt8](repeating: 0x41, count: 5000), Array(String(repeating: "line\r\n", count: 1000).utf8),
        MultipartReaderTests.jpeg(1) + [UInt8](repeating: 0, count: 5000),
    ])
    func `What has no parts is told within the first bytes`(_ bytes: [UInt8]) {
        let whole = MultipartReading(Self.forms[0].type, [bytes], isOpen: true)
        #expect(whole.end == .unreadable(.noParts) && whole.pictures.isEmpty)
        #expect(MultipartReading(Self.forms[0].type, bytes.map { [$0] }, isOpen: true) == whole)
    }

    @Test func `Parts that are never pictures are told within the first bytes`() {
        let part =
            Array("--frame\r\nContent-Type: text/plain\r\nContent-Length: 900\r\n\r\n".utf8)
            + [UInt8](repeating: 0x41, count: 900) + [13, 10]
        let reading = MultipartReading(
            Self.forms[0].type, [[UInt8]](repeating: part, count: 100), isOpen: true)
        #expect(reading.end == .unreadable(.noParts))
    }

    @Test(arguments: [true, false])
    func `A picture above the limit ends the source, and memory stays bounded`(_ hasLength: Bool) {
        let boundary = MultipartBoundary(MediaType("multipart/x-mixed-replace;boundary=frame"))!
        var reader = MultipartReader(boundary, pictureMaximum: 10_000)
        reader.append(
            Array("--frame\r\n\(Self.type)\(hasLength ? "Content-Length: 10001\r\n" : "")\r\n".utf8).span)
        reader.append([0xFF, 0xD8].span)
        var end: MultipartStep?
        for _ in 0..<300 where end == nil {
            reader.append([UInt8](repeating: 0x41, count: 100).span)
            let step = reader.next()
            if step != .needMore { end = step }
        }
        #expect(end == .unreadable(.tooLarge))
        #expect(reader.capacity < 30_000)
    }

    @Test func `Many pictures through one reader keep their bytes and its memory`() {
        var random = SeededRandom(7)
        let boundary = MultipartBoundary(MediaType("multipart/x-mixed-replace;boundary=frame"))!
        var reader = MultipartReader(boundary, pictureMaximum: 100_000)
        var waiting: [UInt8] = []
        var sent: [[UInt8]] = []
        var found: [[UInt8]] = []
        for number in 0..<400 {
            let size = Int(random.next() % 5000)
            let picture =
                [0xFF, 0xD8] + (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) } + [
                    0xFF, 0xD9,
                ]
            sent.append(picture)
            let length = number % 3 == 0 ? "" : "Content-Length: \(picture.count)\r\n"
            waiting += Array("--frame\r\n\(Self.type)\(length)\r\n".utf8) + picture + [13, 10]
            while waiting.count > 3000 {
                let count = 1 + Int(random.next() % 3000)
                reader.append(Array(waiting[..<count]).span)
                waiting.removeFirst(count)
                while case .picture(let range) = reader.next() {
                    found.append(reader.withBytes { [UInt8](copying: $0.extracting(range)) })
                }
            }
        }
        #expect(found.count > 390 && found == Array(sent[..<found.count]))
        #expect(reader.capacity < 40_000)
        #expect(reader.malformedParts == 0)
    }

    @Test(arguments: [
        "image/jpeg", "multipart/x-mixed-replace", "multipart/x-mixed-replace;boundary=",
        "multipart/x-mixed-replace;boundary=\(String(repeating: "x", count: 71))",
        "video/x-motion-jpeg;boundary=x",
        "multipart/x-mixed-replace;boundary=\"a\u{1}b\"", "multipart/x-mixed-replace;boundary=\"a \"",
        "",
    ])
    func `Without a usable boundary there is nothing to read`(_ type: String) {
        #expect(MultipartBoundary(MediaType(type)) == nil)
    }

    @Test func `Any bytes at all are read without a trap, and alike however they are split`() {
        var random = SeededRandom(11)
        let words: [[UInt8]] = [
            Array("--frame".utf8), Array("--".utf8), [13, 10], [10],
            Array("Content-Type: image/jpeg\r\n".utf8),
            Array("Content-Length: ".utf8), Array("7".utf8), Array("frame".utf8), Self.jpeg(1),
            [0xFF, 0xD8],
            [0xFF, 0xD9], [0], Array("Content-Type: text/plain".utf8), [13, 10, 13, 10], Array(" ".utf8),
        ]
        for _ in 0..<4000 {
            var bytes: [UInt8] = []
            for _ in 0..<(1 + random.next() % 40) {
                bytes += words[Int(random.next() % UInt64(words.count))]
            }
            let type =
                random.next() % 2 == 0 ? "multipart/x;boundary=frame" : "multipart/x;boundary=--frame"
            for maximum in [60, 1000] {
                let whole = MultipartReading(type, [bytes], maximum: maximum)
                #expect(MultipartReading(type, bytes.map { [$0] }, maximum: maximum) == whole, "\(bytes)")
            }
        }
    }
}
