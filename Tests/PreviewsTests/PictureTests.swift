import HTTPCore
import Previews
import SeededRandom
import Testing

/// How pictures are written for viewers: two forms out of one array, readable by our own reader and by the rules.
struct PictureTests {
    static let boundary = {
        var random = SeededRandom(3)
        return PictureBoundary(&random)
    }()

    static func picture(_ number: Int, type: String = "image/jpeg") -> Picture {
        let jpeg = MultipartReaderTests.jpeg(number)
        let source = Array("before".utf8) + jpeg + Array("behind".utf8)
        return Picture(
            source.span, 6..<6 + jpeg.count, type: Array(type.utf8), boundary: boundary, number: UInt64(number),
            completed: Instant(nanoseconds: 5))
    }

    static func preview(_ form: PictureForm, _ count: Int, isClosed: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        boundary.appendBeginning(of: form, to: &bytes)
        for number in 1...count {
            let one = picture(number)
            bytes += one.bytes[one.range(form, isLast: isClosed && number == count)]
        }
        if isClosed { boundary.appendEnd(to: &bytes) }
        return bytes
    }

    @Test func `A boundary is a word and chance, and differs between processes`() {
        var (one, other) = (SeededRandom(1), SeededRandom(2))
        let text = PictureBoundary(&one).text
        #expect(text.starts(with: Array("frame".utf8)) && text.count == 37)
        #expect(text.dropFirst(5).allSatisfy { ASCII.isDigit($0) || (0x61...0x66).contains($0) })
        #expect(text != PictureBoundary(&other).text)
        #expect(MultipartBoundary(MediaType(Self.contentType))?.text == Self.boundary.text)
    }

    private static var contentType: String {
        String(decoding: [UInt8](writing: { boundary.appendContentType(to: &$0) }), as: UTF8.self)
    }

    @Test func `Both forms to the byte`() {
        let delimiter = "--" + String(decoding: Self.boundary.text, as: UTF8.self)
        let jpeg = MultipartReaderTests.jpeg(7)
        let picture = Self.picture(7)
        #expect(Array(picture.bytes[picture.content]) == jpeg)
        #expect(
            Array(picture.bytes[picture.range(.length)])
                == Array("Content-Type: image/jpeg\r\nContent-Length: \(jpeg.count)\r\n\r\n".utf8) + jpeg
                + Array("\r\n\(delimiter)\r\n".utf8))
        #expect(
            Array(picture.bytes[picture.range(.browser)])
                == jpeg + Array("\r\n\(delimiter)\r\nContent-Type: image/jpeg\r\n\r\n".utf8))
        #expect(Array(picture.bytes[picture.range(.browser, isLast: true)]) == jpeg)
        var beginnings: [[UInt8]] = [[], []]
        Self.boundary.appendBeginning(of: .length, to: &beginnings[0])
        Self.boundary.appendBeginning(of: .browser, to: &beginnings[1])
        #expect(beginnings[0] == Array("\(delimiter)\r\n".utf8))
        #expect(beginnings[1] == Array("\(delimiter)\r\nContent-Type: image/jpeg\r\n\r\n".utf8))
    }

    @Test(arguments: PictureForm.allCases, [true, false])
    func `What is sent is read as the same pictures`(_ form: PictureForm, _ isClosed: Bool) {
        let bytes = Self.preview(form, 5, isClosed: isClosed)
        let reading = MultipartReading(Self.contentType, [bytes], isOpen: true)
        #expect(reading.pictures == (1...5).map(MultipartReaderTests.jpeg))
        #expect(reading.malformedParts == 0)
        #expect(reading.end == (isClosed ? .ended : nil))
    }

    /// No next picture need come for a picture to be known as whole: in the browser form by what follows it.
    @Test(arguments: PictureForm.allCases)
    func `A picture is whole with its own bytes`(_ form: PictureForm) {
        #expect(
            MultipartReading(Self.contentType, [Self.preview(form, 1, isClosed: false)], isOpen: true).pictures.count
                == 1)
    }

    @Test func `A picture of another format keeps its type`() {
        let picture = Self.picture(1, type: "image/png")
        let text = String(decoding: picture.bytes, as: UTF8.self)
        #expect(text.hasPrefix("Content-Type: image/png\r\n") && text.hasSuffix("Content-Type: image/png\r\n\r\n"))
    }

    @Test func `The array has room for no more than it holds`() {
        for type in ["image/jpeg", "image/svg+xml"] {
            let picture = Self.picture(123, type: type)
            #expect(picture.bytes.capacity < picture.bytes.count + 128)
        }
    }

    @Test(arguments: [
        ("image/avif,image/webp,*/*", PictureForm.browser), ("IMAGE/png", .browser), ("image/", .browser),
        ("text/html,application/xhtml+xml", .browser), ("*/*", .length), ("", .length), ("image", .length),
        ("multipart/x-mixed-replace", .length), ("text/plain, xtext/html", .browser),
    ])
    func `Accept chooses the form`(_ accept: String, _ form: PictureForm) {
        let bytes = Array("Accept: \(accept)".utf8)
        #expect(PictureForm(accept: bytes.span, 8..<bytes.count) == form)
    }
}
