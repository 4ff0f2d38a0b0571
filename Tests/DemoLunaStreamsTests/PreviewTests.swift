import CTurboJPEG
import DemoLunaStreams
import HTTPCore
import JSON
import Testing

@Suite struct PreviewTests {
    private func frame(_ service: LunaStreams, _ id: UniqueID, _ seconds: Double) -> DemoAnswer {
        service.call("GET", "/1/streams/\(id)/preview/handler/frame", at: Sample.start.adding(seconds: seconds))
    }

    @Test func aFrameIsAPictureOfTheRightSize() throws {
        let service = LunaStreams()
        let answer = frame(service, try service.create(), 0)
        #expect(answer.status == 200)
        #expect(answer.field("Content-Type") == "image/jpeg")
        let decompressor = try #require(tjInitDecompress())
        defer { tjDestroy(decompressor) }
        var (width, height, subsampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
        let result = answer.bytes.withUnsafeBufferPointer {
            tjDecompressHeader3(
                decompressor, $0.baseAddress, UInt($0.count), &width, &height, &subsampling, &space)
        }
        #expect(result == 0)
        #expect(width == 640 && height == 360)
    }

    @Test func framesDifferFromSecondToSecondAndFromStreamToStream() throws {
        let service = LunaStreams()
        let ids = [try service.create(), try service.create()]
        var seen: Set<[UInt8]> = []
        for second in 0..<30 {
            for id in ids { seen.insert(frame(service, id, Double(second)).bytes) }
        }
        #expect(seen.count == 60)
    }

    @Test func framesOfOneSecondAreCompressedOnce() throws {
        let service = LunaStreams()
        let id = try service.create()
        #expect(frame(service, id, 0).bytes == frame(service, id, 0.9).bytes)
        #expect(service.compressions == 1)
        _ = frame(service, id, 1.0)
        #expect(service.compressions == 2)
    }

    @Test func aReplacedStreamIsDrawnAnew() throws {
        let service = LunaStreams()
        let id = try service.create("\"name\": \"before\",")
        let before = frame(service, id, 0).bytes
        _ = service.send("PUT", "/1/streams/\(id)", Sample.content("\"name\": \"after\","))
        #expect(frame(service, id, 0).bytes != before)
    }

    @Test(arguments: [("live", "live"), ("frame", "last_frame")])
    func aPausedStreamHasNoPreviews(_ segment: String, name: String) throws {
        let service = LunaStreams()
        let id = try service.create("\"status\": \"pause\",")
        let answer = service.call("GET", "/1/streams/\(id)/preview/handler/\(segment)")
        #expect(answer.status == 404)
        #expect(try answer.errorCode == 39009)
        #expect(try answer.json["detail"]?.string == "Not found '\(name)' preview url for stream with id '\(id)'")
        guard case .null = try service.call("GET", "/1/streams/\(id)").json["preview"]?.value else {
            Issue.record("a paused stream shows no preview addresses")
            return
        }
    }

    @Test(arguments: [("", 15), ("?fps=5", 5), ("?fps=25", 25), ("?fps=4", nil), ("?fps=26", nil), ("?fps=x", nil)])
    func theRateIsBounded(_ query: String, rate: Int?) throws {
        let service = LunaStreams()
        let id = try service.create()
        let answer = service.call("GET", "/1/streams/\(id)/preview/handler/live\(query)")
        if let rate {
            #expect(answer.field("Content-Type")?.hasPrefix("multipart/x-mixed-replace; boundary=") == true)
            guard case .live(LiveView(streamID: id, rate: rate)) = answer.content else {
                Issue.record("a live preview was expected")
                return
            }
        } else {
            #expect(try answer.errorCode == 12018)
        }
    }

    @Test func partsCarryTheirLengthAndEndWithTheBoundary() throws {
        let service = LunaStreams()
        let view = LiveView(streamID: try service.create(), rate: 15)
        let part = try #require(service.part(of: view, at: Sample.start))
        let boundary = try #require(MultipartReplace.mediaType.split(separator: "=").last)
        #expect(MultipartReplace.opening == Array("--\(boundary)\r\n".utf8))

        let headEnd = try #require(part.indices.first { part[$0...].starts(with: Array("\r\n\r\n".utf8)) }) + 4
        let head = String(decoding: part[..<headEnd], as: UTF8.self)
        let tail = Array("\r\n--\(boundary)\r\n".utf8)
        #expect(
            head == "Content-Type: image/jpeg\r\nContent-Length: \(part.count - headEnd - tail.count)\r\n\r\n")
        #expect(part[headEnd...].starts(with: [0xFF, 0xD8]))
        #expect(part.suffix(tail.count + 2).elementsEqual([0xFF, 0xD9] + tail))
    }

    @Test func viewersOfOneSlotShareOnePicture() throws {
        let service = LunaStreams()
        let view = LiveView(streamID: try service.create(), rate: 10)
        for viewer in 0..<50 {
            #expect(service.part(of: view, at: Sample.start.adding(seconds: 0.001 * Double(viewer))) != nil)
        }
        #expect(service.compressions == 1)
        // A slower viewer takes what a faster one had made within the slower one's slot.
        let slow = LiveView(streamID: view.streamID, rate: 5)
        _ = service.part(of: view, at: Sample.start.adding(seconds: 0.1))
        _ = service.part(of: slow, at: Sample.start.adding(seconds: 0.15))
        #expect(service.compressions == 2)
    }

    @Test func aPreviewEndsWithItsStream() throws {
        let service = LunaStreams()
        let id = try service.create()
        let view = LiveView(streamID: id, rate: 15)
        _ = service.send("PUT", "/1/streams/\(id)", Sample.content("\"status\": \"pause\","))
        #expect(service.part(of: view, at: Sample.start) == nil)
        _ = service.send("PUT", "/1/streams/\(id)", Sample.content())
        #expect(service.part(of: view, at: Sample.start) != nil)
        _ = service.call("DELETE", "/1/streams/\(id)")
        #expect(service.part(of: view, at: Sample.start) == nil)
    }

    @Test func picturesOfManyStreamsDoNotPileUp() throws {
        var cache = PictureCache()
        let content = try StreamContent(Array(Sample.content().utf8))
        let first = LunaStream(id: .random(), content: content, now: Sample.start)
        _ = try cache.picture(of: first, notBefore: Sample.start, now: Sample.start)
        for index in 1...PictureCache.capacity {
            let stream = LunaStream(id: .random(), content: content, now: Sample.start)
            _ = try cache.picture(
                of: stream, notBefore: Sample.start, now: Sample.start.adding(seconds: 0.001 * Double(index)))
        }
        #expect(cache.compressions == PictureCache.capacity + 1)
        _ = try cache.picture(of: first, notBefore: Sample.start, now: Sample.start.adding(seconds: 0.1))
        #expect(cache.compressions == PictureCache.capacity + 2)
    }
}

@Suite struct LivePacerTests {
    private let view = LiveView(streamID: Sample.account, rate: 10)

    @Test func onePictureASlot() {
        var pacer = LivePacer(view)
        var taken = 0
        for millisecond in 0..<1_000 {
            let now = Sample.start.adding(seconds: 0.001 * Double(millisecond))
            if pacer.takesPicture(at: now, isOutputPending: false) { taken += 1 }
        }
        #expect(taken == 10)
    }

    @Test func aSlowViewerSkips() {
        let script: [(seconds: Double, isOutputPending: Bool, takes: Bool)] = [
            (0, false, true), (0.1, true, false), (0.2, true, false), (0.25, false, true), (0.29, false, false),
        ]
        var pacer = LivePacer(view)
        for step in script {
            let now = Sample.start.adding(seconds: step.seconds)
            let takes = pacer.takesPicture(at: now, isOutputPending: step.isOutputPending)
            #expect(takes == step.takes, "at \(step.seconds) s")
        }
    }

    @Test func aClockSetBackDoesNotStopThePicture() {
        var pacer = LivePacer(view)
        _ = pacer.takesPicture(at: Sample.start.adding(seconds: 3_600), isOutputPending: false)
        let takes = pacer.takesPicture(at: Sample.start, isOutputPending: false)
        #expect(takes)
    }

    @Test(arguments: [(0, 100_000), (1, 99_999), (99_999, 1), (100_000, 100_000)] as [(Int64, Int64)])
    func theDelayReachesTheNextSlot(_ past: Int64, delay: Int64) {
        let now = Timestamp(microseconds: Sample.start.microseconds + past)
        #expect(LivePacer(view).delay(after: now) == delay)
    }
}
