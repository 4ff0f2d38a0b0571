import HTTPCore
import StreamsProxy
import Testing

/// Where a preview may end: behind a delimiter, however the bytes come.
struct PreviewEndTests {
    private static func end(_ contentType: String) -> PreviewEnd? {
        let bytes = Array("Content-Type: \(contentType)".utf8)
        return PreviewEnd(contentType: 14..<bytes.count, in: bytes.span)
    }

    private static let parts = "\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n\r\n--fra\r\r\n--frame"

    @Test(arguments: [
        ("multipart/x-mixed-replace; boundary=frame", "frame"),
        ("Multipart/X-Mixed-Replace;BOUNDARY=frame", "frame"),
        (#"multipart/x-mixed-replace; charset="a;b\"c"; boundary="fr ame""#, "fr ame"),
        (#"multipart/mixed ; boundary="\f\r""#, "fr"),
        ("multipart/x-mixed-replace;boundary=--frame:1/2=?", "--frame:1/2=?"),
        ("multipart/x-mixed-replace; Boundary = frame", "frame"),
    ])
    func `The boundary is that of the Content-Type`(_ contentType: String, _ boundary: String) {
        var end = Self.end(contentType)
        let content = Array("x\r\n--\(boundary)\r\n".utf8)
        #expect(end?.next(in: content.span) == content.count - 2)
    }

    /// Many cameras: the boundary is declared with the two hyphens that the delimiter has anyway.
    @Test func `A boundary declared with its hyphens ends by either delimiter`() throws {
        for (content, place) in [
            ("\r\n--x\r\n", 5), ("\r\n----x\r\n", 7), ("\r\n---x\r\n--x", 11), ("\r\n--\r\n--x", 9),
            ("\r\n--y--x\r\n--x", 13),
        ] {
            for split in 0...content.utf8.count {
                var end = try #require(Self.end("multipart/x-mixed-replace; boundary=--x"))
                let bytes = Array(content.utf8)
                let first = end.next(in: bytes.span.extracting(0..<split))
                let second =
                    first == nil ? end.next(in: bytes.span.extracting(split..<bytes.count)).map { $0 + split } : nil
                #expect((first ?? second) == place, "\(content.debugDescription) split at \(split)")
            }
        }
    }

    @Test(arguments: [
        "", "image/jpeg", "multipart/", "multipart", "multipart/x-mixed-replace", "multipart/x-mixed-replace; boundary",
        "multipart/x-mixed-replace; boundary=", "multipart/x-mixed-replace; xboundary=frame",
        #"multipart/x-mixed-replace; boundary="frame"#, #"multipart/x-mixed-replace; boundary="fr\"#,
        "multipart/x-mixed-replace; boundary=\"a\tb\"", "text/multipart/x; boundary=frame",
        "multipart/x-mixed-replace; boundary=\(String(repeating: "x", count: 71))",
    ])
    func `Without a boundary there is no end`(_ contentType: String) {
        #expect(Self.end(contentType) == nil)
    }

    @Test func `A delimiter is found in whatever pieces it comes`() throws {
        let bytes = Array("ab\(Self.parts)\r\n".utf8)
        let first = 2 + 9
        for split in 0...bytes.count {
            for second in [split, (split + bytes.count) / 2] {
                var end = try #require(Self.end("multipart/x-mixed-replace; boundary=frame"))
                var found: [Int] = []
                for range in [0..<split, split..<second, second..<bytes.count] {
                    var start = range.lowerBound
                    while let index = end.next(in: bytes.span.extracting(start..<range.upperBound)) {
                        start += index
                        found.append(start)
                    }
                }
                #expect(found == [first, bytes.count - 2], "split at \(split), \(second)")
            }
        }
    }

    @Test func `What only looks like a delimiter is none`() throws {
        for text in ["--frame", "\n--frame", "\r\n-frame", "\r\n--framE", "\r\n --frame", "\r\r--frame", ""] {
            var end = try #require(Self.end("multipart/x-mixed-replace; boundary=frame"))
            #expect(end.next(in: Array(text.utf8).span) == nil, "\(text)")
        }
    }
}
