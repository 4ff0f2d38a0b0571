import HTTPCore
import Previews
import Testing

/// From an answer of Luna-Streams to pictures for viewers.
struct PictureSourceTests {
    private static func answer(
        _ type: String?, status: Int = 200, isEncoded: Bool = false, isCounted: Bool = false
    ) -> SourceAnswer {
        let bytes = Array("Content-Type: \(type ?? "")".utf8)
        return SourceAnswer(
            status: status, contentType: type.map { _ in 14..<bytes.count }, in: bytes.span,
            isEncoded: isEncoded,
            isCounted: isCounted)
    }

    private static let preview = "multipart/x-mixed-replace;boundary=frame"

    @Test func `What can be shared is told by the head`() throws {
        let boundary = try #require(MultipartBoundary(MediaType(Self.preview)))
        #expect(Self.answer(Self.preview) == .preview(boundary))
        #expect(Self.answer(Self.preview, isEncoded: true) == .unshared)
        #expect(Self.answer(Self.preview, isCounted: true) == .unshared)
        for type in [
            "image/jpeg", "video/x-motion-jpeg", "application/octet-stream", "multipart/x-mixed-replace",
            nil,
        ] {
            #expect(Self.answer(type) == .unshared)
        }
        for status in [101, 204, 302, 404, 500] {
            #expect(Self.answer(Self.preview, status: status) == .other)
        }
    }

    @Test(
        arguments: [
            (404, nil, true), (403, 12046, true), (401, nil, true), (400, 39009, true),
            (410, 39001, true), (500, nil, false),
            (503, nil, false), (429, 1, false), (200, nil, false), (400, 39010, false),
        ] as [(Int, Int?, Bool)])
    func `Some answers end a lost broadcast`(_ status: Int, _ code: Int?, _ isFinal: Bool) {
        #expect(SourceAnswer.isFinal(status: status, code: code) == isFinal)
    }

    private static func source(_ maximum: Int = 1 << 20, lastNumber: UInt64 = 0) throws
        -> PictureSource
    {
        PictureSource(
            try #require(MultipartBoundary(MediaType(preview))), PictureTests.boundary, maximum: maximum,
            lastNumber: lastNumber)
    }

    @Test(arguments: MultipartReaderTests.forms.filter { $0.type == preview })
    func `Pictures of any form become pictures of ours, numbered and dated`(
        _ form: MultipartReaderTests.Form
    ) throws {
        var source = try Self.source(lastNumber: 40)
        source.append(form.bytes.span)
        var pictures: [Picture] = []
        while case .picture(let picture) = source.next(at: Instant(nanoseconds: 9)) {
            pictures.append(picture)
        }
        if case .picture(let picture) = source.finish(at: Instant(nanoseconds: 9)) {
            pictures.append(picture)
        }
        #expect(
            pictures.map { Array($0.bytes[$0.content]) }
                == (0..<form.pictures).map(MultipartReaderTests.jpeg))
        #expect(pictures.map(\.number) == (0..<form.pictures).map { 41 + UInt64($0) })
        #expect(pictures.allSatisfy { $0.completed == Instant(nanoseconds: 9) })
        #expect(source.malformedParts == form.malformed)
    }

    @Test func `Before the first picture all bytes are there for whoever takes the connection`()
        throws
    {
        var source = try Self.source(100)
        let bytes =
            Array("--frame\r\nContent-Type: image/jpeg\r\n\r\n".utf8) + [0xFF, 0xD8]
            + [UInt8](repeating: 1, count: 300)
        for byte in bytes {
            source.append([byte].span)
            if case .unreadable(let fault) = source.next(at: Instant(nanoseconds: 0)) {
                #expect(fault == .tooLarge)
                let kept = source.withBytes { [UInt8](copying: $0) }
                #expect(bytes.starts(with: kept) && kept.count > 100)
                return
            }
        }
        Issue.record("too large, and not told")
    }

    private static func segment(_ marker: UInt8, _ length: Int) -> [UInt8] {
        [0xFF, marker, UInt8((length + 2) >> 8), UInt8((length + 2) & 255)]
            + [UInt8](repeating: 0, count: length)
    }

    @Test func `A JPEG without Huffman tables is noted`() throws {
        let begin: [UInt8] = [0xFF, 0xD8]
        let end: [UInt8] = [1, 2, 0xFF, 0xD9]
        let frame = Self.segment(0xE0, 14) + Self.segment(0xDB, 65) + Self.segment(0xC0, 15)
        for (jpeg, lacks) in [
            (begin + frame + Self.segment(0xC4, 300) + Self.segment(0xDA, 10) + end, false),
            (begin + frame + Self.segment(0xDA, 10) + end, true),
            (begin + frame + [0xFF, 0xFF] + Self.segment(0xDA, 10) + end, true),
            (begin + frame + end, false), (begin + end, false),
            (begin + Self.segment(0xC0, 60_000) + end, false),
            (begin + [0xFF, 0xC0, 0, 0] + Self.segment(0xDA, 10) + end, false),
            (begin + Self.segment(0xDA, 10) + Self.segment(0xC4, 20) + end, true),
        ] {
            var source = try Self.source()
            let head = "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: \(jpeg.count)\r\n\r\n"
            source.append((Array(head.utf8) + jpeg).span)
            guard case .picture = source.next(at: Instant(nanoseconds: 0)) else {
                Issue.record("no picture")
                continue
            }
            #expect(source.lacksTables == lacks)
        }
    }
}
