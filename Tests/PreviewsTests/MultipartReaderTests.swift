import HTTPCore
import Previews
import SeededRandom
import Testing

/// Motion-JPEG as cameras and servers write it: whatever the form and wherever the bytes are split, the pictures are the same.
struct MultipartReaderTests {
    /// A small JPEG: only its first and last two bytes matter here. Within it stands what could be taken for something else.
    static func jpeg(_ number: Int) -> [UInt8] {
        [0xFF, 0xD8, 0xFF, 0xE0] + Array("picture \(number)\r\n--fram\r\n--\r\n\r\n".utf8) + [0xFF, 0xD9, 0, 7]
            + Array("\(number)".utf8) + [0xFF, 0xD9]
    }

    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let type: String
        let bytes: [UInt8]
        let pictures: Int
        let malformed: Int
        let end: MultipartStep

        init(
            _ name: String, _ boundary: String, pictures: Int = 3, malformed: Int = 0, end: MultipartStep = .ended,
            _ write: (inout Writer) -> Void
        ) {
            testDescription = name
            type = boundary.contains("/") ? boundary : "multipart/x-mixed-replace;boundary=\(boundary)"
            var writer = Writer()
            write(&writer)
            bytes = writer.bytes
            self.pictures = pictures
            self.malformed = malformed
            self.end = end
        }
    }

    struct Writer {
        var bytes: [UInt8] = []

        mutating func text(_ text: String) { bytes += Array(text.utf8) }
        mutating func jpeg(_ number: Int) { bytes += MultipartReaderTests.jpeg(number) }

        /// Three parts: what stands before each picture, given its length, and behind it.
        mutating func parts(_ before: (Int) -> String, _ after: String) {
            for number in 0..<3 {
                text(before(MultipartReaderTests.jpeg(number).count))
                jpeg(number)
                text(after)
            }
        }
    }

    static let type = "Content-Type: image/jpeg\r\n"

    static let forms: [Form] = [
        Form("1: regular", "frame") { $0.parts({ "--frame\r\n\(type)Content-Length: \($0)\r\n\r\n" }, "\r\n") },
        Form("2: the first delimiter alone, others behind each picture", "boundarydonotcross") {
            $0.text("--boundarydonotcross\r\n")
            $0.parts({ "\(type)Content-Length: \($0)\r\nX-Timestamp: 1.5\r\n\r\n" }, "\r\n--boundarydonotcross\r\n")
        },
        Form("3: the hyphens are declared", "--frameboundary") {
            $0.parts({ "--frameboundary\r\n\(type)Content-Length: \($0)\r\n\r\n" }, "\r\n")
        },
        Form("3: the hyphens are declared, without a length", "--frameboundary") {
            $0.parts({ _ in "--frameboundary\r\n\(type)\r\n" }, "\r\n")
            $0.text("--frameboundary\r\n")
        },
        Form("3: the hyphens are declared and written twice", "--frameboundary") {
            $0.parts({ _ in "----frameboundary\r\n\(type)\r\n" }, "\r\n")
            $0.text("----frameboundary--")
        },
        Form("4: hyphens at the end", "data-boundary--") {
            $0.parts({ "--data-boundary--\r\n\(type)Content-Length: \($0)\r\n\r\n" }, "\r\n")
        },
        Form("5: no delimiter before the first head", "123") {
            $0.parts({ "\(type)Content-Length: \($0)\r\n\r\n" }, "\r\n--123\r\n")
        },
        Form("5: the same, blank line first, declared hyphens, no lengths", "--123") {
            $0.text("\r\n")
            $0.parts({ _ in "\(type)\r\n" }, "\r\n--123\r\n")
        },
        Form("5: the same, twice the hyphens", "--123") {
            $0.parts({ _ in "\(type)\r\n" }, "\r\n----123\r\n")
        },
        Form("6: a blank line first", "123456789000000000000987654321") {
            $0.parts({ "\r\n--123456789000000000000987654321\r\n\(type)Content-Length: \($0)\r\n\r\n" }, "")
        },
        Form("7: delimiters written twice", "ipcamera") {
            $0.parts({ "--ipcamera\r\n--ipcamera\r\n\(type)Content-Length: \($0)\r\n\r\n" }, "\r\n")
        },
        Form("8: no line end behind the picture, by length", "x") {
            $0.parts({ "--x\r\n\(type)Content-Length: \($0)\r\n\r\n" }, "")
        },
        Form("8: no line end behind the picture, by search", "cam") {
            $0.parts({ _ in "--cam\r\n\(type)\r\n" }, "")
            $0.text("--cam\r\n")
        },
        Form("9: LF alone", "frame") {
            $0.parts({ "--frame\nContent-Type: image/jpeg\nContent-Length: \($0)\n\n" }, "\n")
        },
        Form("9: LF alone, by search", "frame") {
            $0.parts({ _ in "--frame\nContent-Type: image/jpeg\n\n" }, "\n")
            $0.text("--frame\n")
        },
        Form("10: no length", "frame") { $0.parts({ _ in "--frame\r\n\(type)\r\n" }, "\r\n") },
        Form("11: two line ends behind the picture", "frame") {
            $0.parts({ _ in "--frame\r\n\(type)\r\n" }, "\r\n\r\n")
            $0.text("--frame\r\n")
        },
        Form("11: two line ends, the length known", "frame") {
            $0.parts({ "--frame\r\n\(type)Content-Length: \($0)\r\n\r\n" }, "\r\n\r\n")
        },
        Form("11: zeros behind the picture", "frame") {
            $0.parts({ _ in "--frame\r\n\(type)\r\n" }, "\0\0\0\r\n")
            $0.text("--frame\r\n")
        },
        Form("12: padded lengths, odd case, image/jpg", "frame") {
            $0.parts({ "--frame\r\ncontent-TYPE:image/jpg\r\nContent-length:     \($0) \r\n\r\n" }, "\r\n")
        },
        Form("13: lengths too small", "frame", malformed: 3) {
            $0.parts({ "--frame\r\n\(type)Content-Length: \($0 - 3)\r\n\r\n" }, "\r\n")
            $0.text("--frame\r\n")
        },
        Form("13: lengths too large", "frame", malformed: 3) {
            $0.parts({ "--frame\r\n\(type)Content-Length: \($0 + 5)\r\n\r\n" }, "\r\n")
            $0.text("--frame\r\n--frame\r\n")
        },
        Form("13: lengths that count the line end", "frame") {
            for number in 0..<3 {
                $0.text("--frame\r\n\(type)Content-Length: \(jpeg(number).count)\r\n\r\n")
                $0.jpeg(number)
                $0.text("\r\n")
            }
        },
        Form("13: a length beyond any picture, two lengths, no number", "frame") {
            $0.text("--frame\r\n\(type)Content-Length: 9999999999\r\n\r\n")
            $0.jpeg(0)
            $0.text("\r\n--frame\r\n\(type)Content-Length: 5\r\nContent-Length: 7\r\n\r\n")
            $0.jpeg(1)
            $0.text("\r\n--frame\r\n\(type)Content-Length: 0x20\r\n\r\n")
            $0.jpeg(2)
            $0.text("\r\n--frame--")
        },
        Form("14: other fields", "frame") {
            let fields = (0..<12).map { "X-UStreamer-\($0): a: b;c\r\n" }.joined()
            $0.parts({ "--frame\r\n\(fields)\(type)Content-Length: \($0)\r\n\r\n" }, "\r\n")
        },
        Form("15: parts that are no pictures", "frame") {
            $0.text("--frame\r\nContent-Type: text/plain\r\n\r\nhello\r\n")
            $0.parts(
                { "--frame\r\n\(type)Content-Length: \($0)\r\n\r\n" },
                "\r\n--frame\r\nContent-Type: text/xml\r\nContent-Length: 6\r\n\r\n<a></>\r\n"
                    + "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 0\r\n\r\n\r\n")
        },
        Form("16: bare lines", "mjpeg") {
            $0.parts({ "mjpeg\r\n\(type)Content-Length: \($0)\r\n\r\n" }, "\r\n")
        },
        Form("16: bare lines, without a length", "mjpeg") {
            $0.parts({ _ in "mjpeg\r\n\(type)\r\n" }, "\r\n")
            $0.text("mjpeg\r\n")
        },
        Form("17: a preamble", "frame") {
            $0.text("This is a message\r\nin several parts: see RFC 2046\r\n--framed\r\n--fram\r\n\r\n")
            $0.parts({ "--frame\r\n\(type)Content-Length: \($0)\r\n\r\n" }, "\r\n")
        },
        Form("18: a picture that does not begin as one", "frame", malformed: 1) {
            $0.text("--frame\r\n\(type)Content-Length: 5\r\n\r\nhello\r\n")
            $0.parts({ "--frame\r\n\(type)Content-Length: \($0)\r\n\r\n" }, "\r\n")
        },
        Form("19: an end", "frame") {
            $0.parts({ "--frame\r\n\(type)Content-Length: \($0)\r\n\r\n" }, "\r\n")
            $0.text("--frame--\r\nafterwards\r\n--frame\r\n\(type)\r\n")
            $0.jpeg(9)
            $0.text("\r\n--frame\r\n")
        },
        Form("no type, quoted boundary", #"multipart/mixed; charset=x; boundary="a b""#) {
            $0.parts({ "--a b\r\nContent-Length: \($0)\r\n\r\n" }, "\r\n")
        },
        Form("a blank before the sign", "Multipart/X-Mixed-Replace; Boundary =frame") {
            $0.parts({ _ in "--frame  \t\r\n\r\n" }, "\r\n")
            $0.text("--frame\r\n")
        },
    ]

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
        ("image/jpeg", "image/jpeg"), ("image/JPG", "image/jpeg"), ("IMAGE/png; q=1", "image/png"), ("", "image/jpeg"),
    ])
    func `A picture is of the type that its part has`(_ written: String, _ read: String) {
        var reader = MultipartReader(
            MultipartBoundary(MediaType("multipart/x-mixed-replace;boundary=frame"))!, pictureMaximum: 1000)
        let head = "--frame\r\nContent-Type: \(written)\r\nContent-Length: \(Self.jpeg(1).count)\r\n\r\n"
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
        let cut = MultipartReading(searched.type, [Array(searched.bytes[..<(searched.bytes.count - 3)])])
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
        let reading = MultipartReading(Self.forms[0].type, [[UInt8]](repeating: part, count: 100), isOpen: true)
        #expect(reading.end == .unreadable(.noParts))
    }

    @Test(arguments: [true, false])
    func `A picture above the limit ends the source, and memory stays bounded`(_ hasLength: Bool) {
        let boundary = MultipartBoundary(MediaType("multipart/x-mixed-replace;boundary=frame"))!
        var reader = MultipartReader(boundary, pictureMaximum: 10_000)
        reader.append(Array("--frame\r\n\(Self.type)\(hasLength ? "Content-Length: 10001\r\n" : "")\r\n".utf8).span)
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
                [0xFF, 0xD8] + (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) } + [0xFF, 0xD9]
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
        "multipart/x-mixed-replace;boundary=\(String(repeating: "x", count: 71))", "video/x-motion-jpeg;boundary=x",
        "multipart/x-mixed-replace;boundary=\"a\u{1}b\"", "multipart/x-mixed-replace;boundary=\"a \"", "",
    ])
    func `Without a usable boundary there is nothing to read`(_ type: String) {
        #expect(MultipartBoundary(MediaType(type)) == nil)
    }

    @Test func `Any bytes at all are read without a trap, and alike however they are split`() {
        var random = SeededRandom(11)
        let words: [[UInt8]] = [
            Array("--frame".utf8), Array("--".utf8), [13, 10], [10], Array("Content-Type: image/jpeg\r\n".utf8),
            Array("Content-Length: ".utf8), Array("7".utf8), Array("frame".utf8), Self.jpeg(1), [0xFF, 0xD8],
            [0xFF, 0xD9], [0], Array("Content-Type: text/plain".utf8), [13, 10, 13, 10], Array(" ".utf8),
        ]
        for _ in 0..<4000 {
            var bytes: [UInt8] = []
            for _ in 0..<(1 + random.next() % 40) { bytes += words[Int(random.next() % UInt64(words.count))] }
            let type = random.next() % 2 == 0 ? "multipart/x;boundary=frame" : "multipart/x;boundary=--frame"
            for maximum in [60, 1000] {
                let whole = MultipartReading(type, [bytes], maximum: maximum)
                #expect(MultipartReading(type, bytes.map { [$0] }, maximum: maximum) == whole, "\(bytes)")
            }
        }
    }
}
