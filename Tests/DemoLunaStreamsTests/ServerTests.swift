import DemoLunaStreams
import Glibc
import HTTPCore
import JSON
import Testing

/// The executable as its clients see it.
@Suite(.serialized) struct ServerTests {
    private func create(_ client: RawClient) throws -> String {
        client.request("POST", "/1/streams", Sample.content())
        let answer = try client.takeAnswer()
        try #require(answer.status == 201)
        return try #require(try JSONParser.parse(Array(answer.content.utf8))["stream_id"]?.string)
    }

    @Test func theFirstLineSaysWhereItListens() throws {
        let demo = try RunningDemo()
        #expect(demo.firstLine == "listening on http://127.0.0.1:\(demo.port)")
    }

    @Test func oneConnectionServesAStreamsWholeLife() throws {
        let demo = try RunningDemo()
        let client = try RawClient(demo)
        let id = try create(client)
        let script: [(method: String, target: String, content: String, status: Int)] = [
            ("GET", "/1/streams/\(id)", "", 200),
            ("HEAD", "/1/streams/\(id)", "", 200),
            ("PUT", "/1/streams/\(id)", Sample.content(), 200),
            ("GET", "/1/streams/count?account_id=\(Sample.account)", "", 200),
            ("HEAD", "/1/streams/\(id)/preview/handler/frame", "", 200),
            ("DELETE", "/1/streams/\(id)", "", 204),
            ("GET", "/1/streams/\(id)", "", 404),
            ("PATCH", "/1/streams/\(id)", "{}", 405),
        ]
        for step in script {
            client.request(step.method, step.target, step.content)
            let answer = try client.takeAnswer(toHead: step.method == "HEAD")
            #expect(answer.status == step.status, "\(step.method) \(step.target)")
            #expect(answer.head.contains("\r\nLuna-Request-Id: ") && answer.head.contains("\r\nDate: "))
            #expect(client.received.isEmpty)
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() throws {
        let client = try RawClient(try RunningDemo())
        let content = Sample.content()
        client.send(
            "HEAD /version HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHost: a\r\nLuna-Request-Id: mine\r\n\r\n"
                + "POST /2/streams HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n\(String(content.utf8.count, radix: 16))\r\n\(content)\r\n0\r\n\r\n"
                + "GET /1/streams/count HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(try client.takeAnswer(toHead: true).status == 200)
        let second = try client.takeAnswer()
        #expect(second.status == 404 && second.head.contains("\r\nLuna-Request-Id: mine\r\n"))
        #expect(try client.takeAnswer().status == 201)
        #expect(try client.takeAnswer().content == "{\"streams_count\":1}")
        #expect(client.takeAll().isEmpty)
    }

    @Test(arguments: [
        ("GET /1/streams HTTP/1.1\r\n\r\n", 400),
        ("GET /1/streams HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        ("POST /1/streams HTTP/1.1\r\nHost: a\r\nContent-Length: \(LunaStreams.contentLimit + 1)\r\n\r\n", 413),
    ])
    func whatIsNoRequestIsRefused(_ bytes: String, status: Int) throws {
        let client = try RawClient(try RunningDemo())
        client.send(bytes)
        let answer = try client.takeAnswer()
        #expect(answer.status == status)
        #expect(try JSONParser.parse(Array(answer.content.utf8))["error_code"]?.integer == 12046)
        #expect(client.takeAll().isEmpty)
    }

    @Test func theClientIsToldToContinue() throws {
        let client = try RawClient(try RunningDemo())
        let content = Sample.content()
        client.send(
            "POST /1/streams HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
                + "Content-Length: \(content.utf8.count)\r\n\r\n")
        #expect(try client.takeAnswer().status == 100)
        client.send(content)
        #expect(try client.takeAnswer().status == 201)
    }

    @Test(arguments: ["1.1", "1.0"])
    func aLivePreviewMoves(_ version: String) throws {
        let demo = try RunningDemo()
        let client = try RawClient(demo)
        let id = try create(client)
        let start = Timestamp.now
        client.send("GET /1/streams/\(id)/preview/handler/live HTTP/\(version)\r\nHost: demo\r\n\r\n")
        let head = String(decoding: try client.take(through: "\r\n\r\n"), as: UTF8.self)
        #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(
            head.contains("\r\nContent-Type: multipart/x-mixed-replace; boundary=demo-luna-streams-picture\r\n"))
        #expect(head.contains("\r\nTransfer-Encoding: chunked\r\n") == (version == "1.1"))
        _ = try client.take(through: "--demo-luna-streams-picture\r\n")
        var pictures: Set<[UInt8]> = []
        for _ in 0..<11 { pictures.insert(try client.takePicture()) }
        #expect(pictures.count == 11)
        #expect(pictures.allSatisfy { $0.starts(with: [0xFF, 0xD8]) })
        // 10 pictures after the first take two thirds of a second; more than a few only on a machine that is busy.
        #expect(Timestamp.now < start.adding(seconds: 5))
    }

    @Test func aSlowViewerSkipsPicturesAndHindersNobody() throws {
        let demo = try RunningDemo()
        let slow = try RawClient(demo, window: 4_096)
        let id = try create(slow)
        let live = "/1/streams/\(id)/preview/handler/live?fps=25"
        slow.request("GET", live)
        let fast = try RawClient(demo)
        fast.request("GET", live)
        _ = try fast.take(through: "--demo-luna-streams-picture\r\n")
        for _ in 0..<50 { _ = try fast.takePicture() }

        // Had pictures queued up, 30 of the 50 would be there at once.
        let start = Timestamp.now
        _ = try slow.take(through: "--demo-luna-streams-picture\r\n")
        for _ in 0..<30 { #expect(try slow.takePicture().starts(with: [0xFF, 0xD8])) }
        #expect(Timestamp.now > start.adding(seconds: 0.3))
    }

    @Test func aPreviewEndsWholeWhenItsStreamIsDeleted() throws {
        let demo = try RunningDemo()
        let viewer = try RawClient(demo)
        let id = try create(viewer)
        viewer.request("GET", "/1/streams/\(id)/preview/handler/live")
        _ = try viewer.take(through: "--demo-luna-streams-picture\r\n")
        _ = try viewer.takePicture()
        let other = try RawClient(demo)
        other.request("DELETE", "/1/streams/\(id)")
        #expect(try other.takeAnswer().status == 204)
        _ = try viewer.take(through: "--demo-luna-streams-picture--\r\n")
        _ = try viewer.take(through: "\r\n0\r\n\r\n")
        // The connection serves on.
        viewer.request("GET", "/version")
        #expect(try viewer.takeAnswer().status == 200)
    }

    @Test func aViewerThatGoesAwayIsForgotten() throws {
        let demo = try RunningDemo()
        let client = try RawClient(demo)
        let id = try create(client)
        let before = demo.openDescriptors
        var viewers: [RawClient] = []
        for _ in 0..<10 {
            let viewer = try RawClient(demo)
            viewer.request("GET", "/1/streams/\(id)/preview/handler/live?fps=5")
            _ = try viewer.take(through: "--demo-luna-streams-picture\r\n")
            viewers.append(viewer)
        }
        #expect(demo.openDescriptors == before + 10)
        viewers = []
        let deadline = Timestamp.now.adding(seconds: 5)
        while demo.openDescriptors > before, Timestamp.now < deadline { usleep(5_000) }
        #expect(demo.openDescriptors == before)
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func aSignalEndsItAtOnceEvenWithAViewer(_ signal: Int32) throws {
        let demo = try RunningDemo(["--seed-account", Sample.account.description])
        let viewer = try RawClient(demo)
        viewer.request("GET", "/1/streams/\(SeedStreams.id(Sample.account, 0))/preview/handler/live")
        _ = try viewer.take(through: "--demo-luna-streams-picture\r\n")
        #expect(demo.end(signal) == 0)
    }
}
