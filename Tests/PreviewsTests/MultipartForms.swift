import Previews
import Testing

/// Motion-JPEG as cameras and servers write it: each form three pictures.
extension MultipartReaderTests {
    /// A small JPEG: only its first and last two bytes matter here. Within it stands what could be taken for something else.
    static func jpeg(_ number: Int) -> [UInt8] {
        [0xFF, 0xD8, 0xFF, 0xE0] + Array("picture \(number)\r\n--fram\r\n--\r\n\r\n".utf8) + [
            0xFF, 0xD9, 0, 7,
        ]
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
            _ name: String, _ boundary: String, pictures: Int = 3, malformed: Int = 0,
            end: MultipartStep = .ended,
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
        Form("1: regular", "frame") {
            $0.parts({ "--frame\r\n\(type)Content-Length: \($0)\r\n\r\n" }, "\r\n")
        },
        Form("2: the first delimiter alone, others behind each picture", "boundarydonotcross") {
            $0.text("--boundarydonotcross\r\n")
            $0.parts(
                { "\(type)Content-Length: \($0)\r\nX-Timestamp: 1.5\r\n\r\n" },
                "\r\n--boundarydonotcross\r\n")
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
            $0.parts(
                { "\r\n--123456789000000000000987654321\r\n\(type)Content-Length: \($0)\r\n\r\n" }, "")
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
            $0.parts(
                { "--frame\r\ncontent-TYPE:image/jpg\r\nContent-length:     \($0) \r\n\r\n" }, "\r\n")
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
}
