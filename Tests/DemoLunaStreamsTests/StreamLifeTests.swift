import DemoLunaStreams
import HTTPCore
import JSON
import Testing

@Suite struct StreamLifeTests {
    @Test(arguments: ["1", "2"])
    func creationGivesIdentityAndLocation(_ version: String) throws {
        let service = LunaStreams()
        let answer = service.send("POST", "/\(version)/streams", Sample.content())
        #expect(answer.status == 201)
        let id = try #require(try answer.json["stream_id"]?.string)
        #expect(try answer.json["version"]?.integer == 1)
        #expect(answer.field("Location") == "/\(version)/streams/\(id)")
        #expect(service.call("GET", try #require(answer.field("Location"))).status == 200)
    }

    @Test func replacementIsWholeAndBumpsTheVersion() throws {
        let service = LunaStreams()
        let id = try service.create("\"name\": \"one\", \"description\": \"first\",")
        for version in 2...3 {
            let answer = service.send("PUT", "/1/streams/\(id)", Sample.content("\"name\": \"two\","))
            #expect(answer.status == 200)
            #expect(try answer.json["stream_id"]?.string == id.description)
            #expect(try answer.json["version"]?.integer == version)
        }
        let stream = try service.call("GET", "/1/streams/\(id)").json
        #expect(stream["name"]?.string == "two")
        #expect(stream["description"]?.string == "")
        #expect(stream["version"]?.integer == 3)
        #expect(stream["create_time"]?.string == Sample.start.rfc3339)
    }

    @Test func aBadReplacementChangesNothing() throws {
        let service = LunaStreams()
        let id = try service.create("\"name\": \"one\",")
        #expect(service.send("PUT", "/1/streams/\(id)", "{}").status == 400)
        #expect(service.call("PUT", "/1/streams/\(id)").status == 400)
        let stream = try service.call("GET", "/1/streams/\(id)").json
        #expect(stream["name"]?.string == "one" && stream["version"]?.integer == 1)
    }

    @Test func deletionIsFinal() throws {
        let service = LunaStreams()
        let id = try service.create()
        let answer = service.call("DELETE", "/1/streams/\(id)")
        #expect(answer.status == 204 && answer.bytes.isEmpty && answer.field("Content-Type") == nil)
        for (method, path) in Self.itemCalls(id) {
            let again = method == "PUT" ? service.send(method, path, "{}") : service.call(method, path)
            #expect(again.status == 404, "\(method) \(path)")
            #expect(try again.errorCode == 39001)
            #expect(try again.json["detail"]?.string == "Stream with id \(id) not found")
        }
    }

    @Test func anotherAccountsStreamIsNotThere() throws {
        let service = LunaStreams()
        let id = try service.create()
        for (method, path) in Self.itemCalls(id) {
            let foreign = "\(path)?account_id=\(Sample.other)"
            let answer =
                method == "PUT" ? service.send(method, foreign, Sample.content()) : service.call(method, foreign)
            #expect(try answer.status == 404 && answer.errorCode == 39001, "\(method) \(foreign)")
        }
        #expect(service.call("GET", "/1/streams/\(id)?account_id=\(Sample.account)").status == 200)
        #expect(try service.call("GET", "/1/streams/\(id)").json["version"]?.integer == 1)
    }

    private static func itemCalls(_ id: UniqueID) -> [(method: String, path: String)] {
        let path = "/1/streams/\(id)"
        return [
            ("GET", path), ("HEAD", path), ("PUT", path), ("DELETE", path),
            ("GET", "\(path)/preview/handler/live"), ("GET", "\(path)/preview/handler/frame"),
        ]
    }

    @Test func statusGoesFromPendingToInProgress() throws {
        let service = LunaStreams()
        let id = try service.create()
        func status(_ seconds: Double) throws -> String? {
            try service.call("GET", "/1/streams/\(id)", at: Sample.start.adding(seconds: seconds)).json["status"]?
                .string
        }
        #expect(try status(0) == "pending")
        #expect(try status(0.999) == "pending")
        #expect(try status(1) == "in_progress")
        _ = service.send(
            "PUT", "/1/streams/\(id)", Sample.content("\"status\": \"pause\","), at: Sample.start.adding(seconds: 5))
        #expect(try status(60) == "pause")
        _ = service.send("PUT", "/1/streams/\(id)", Sample.content(), at: Sample.start.adding(seconds: 70))
        #expect(try status(70.5) == "pending")
        #expect(try status(71) == "in_progress")
    }

    @Test func previewAddressesAreThisService() throws {
        let service = LunaStreams(origin: "http://127.0.0.1:1234")
        let id = try service.create()
        let preview = try #require(try service.call("GET", "/2/streams/\(id)").json["preview"])
        let base = "http://127.0.0.1:1234/2/streams/\(id)/preview/handler"
        #expect(preview["live"]?["url"]?.string == "\(base)/live")
        #expect(preview["last_frame"]?["url"]?.string == "\(base)/frame")
    }

    @Test func seedStreamsKeepTheirIDsFromRunToRun() throws {
        let first = LunaStreams()
        let second = LunaStreams()
        try SeedStreams.add(to: first, account: Sample.account, now: Sample.start)
        try SeedStreams.add(to: second, account: Sample.account, now: Sample.start.adding(seconds: 9))
        try SeedStreams.add(to: second, account: Sample.other, now: Sample.start.adding(seconds: 9))
        let ids = try first.listed("/1/streams")
        #expect(ids.count == 3 && Set(ids).count == 3)
        #expect(try second.listed("/1/streams?account_id=\(Sample.account)") == ids)
        #expect(try second.listed("/1/streams").count == 6)
        #expect(try first.listed("/1/streams?status=pause").count == 1)
    }
}
