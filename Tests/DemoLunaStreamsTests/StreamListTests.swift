import DemoLunaStreams
import HTTPCore
import JSON
import Testing

@Suite struct StreamListTests {
    @Test func pagesFollowTheOrderOfCreation() throws {
        let service = LunaStreams()
        var ids: [UniqueID] = []
        for _ in 0..<7 { ids.append(try service.create()) }
        let newest = Array(ids.reversed())
        #expect(try service.listed("/1/streams") == newest)
        #expect(try service.listed("/1/streams?order=desc&page=1&page_size=100") == newest)
        #expect(try service.listed("/1/streams?order=asc") == ids)
        #expect(try service.listed("/1/streams?order=asc&page_size=3") == Array(ids[0..<3]))
        #expect(try service.listed("/1/streams?order=asc&page_size=3&page=3") == [ids[6]])
        #expect(try service.listed("/1/streams?page=2&page_size=2") == [ids[4], ids[3]])
        #expect(try service.listed("/1/streams?page=4&page_size=3").isEmpty)
        #expect(try service.listed("/1/streams?page=1000000&page_size=1000").isEmpty)
    }

    @Test func thePageHasAHundredStreamsWhereNoSizeIsGiven() throws {
        let service = LunaStreams()
        for _ in 0..<101 { _ = try service.create() }
        #expect(try service.listed("/1/streams").count == 100)
        #expect(try service.listed("/1/streams?page=2").count == 1)
        #expect(try service.listed("/1/streams?page_size=1000").count == 101)
    }

    @Test(arguments: [
        "page=0", "page=-1", "page=+1", "page=x", "page=", "page=1000001", "page=99999999999999999999", "page_size=0",
        "page_size=1001", "order=up", "order=", "page=1&page=2", "account_id=x", "account_id=",
        "account_id=11111111-1111-4111-8111-111111111111&account_id=11111111-1111-4111-8111-111111111111",
        "account_id=11111111-1111-4111-8111-111111111111&%61ccount_id=x", "status=done", "stream_ids=x",
    ])
    func badParametersAreRefused(_ query: String) throws {
        let answer = LunaStreams().call("GET", "/1/streams?\(query)")
        #expect(answer.status == 400)
        #expect(try answer.errorCode == 12018)
    }

    @Test(arguments: [
        "GET /1/streams/count", "DELETE /1/streams", "GET /1/streams/logs", "DELETE /1/streams/logs",
        "GET /1/streams/ID", "GET /1/streams/ID/preview/handler/frame", "GET /1/streams/ID/preview/handler/live",
    ])
    func anUnreadableAccountNeverMeansAllAccounts(_ call: String) throws {
        let service = LunaStreams()
        let id = try service.create()
        let parts = call.split(separator: " ").map { String($0).replacing("ID", with: id.description) }
        #expect(try service.call(parts[0], "\(parts[1])?account_id=all").errorCode == 12018)
        #expect(try service.listed("/1/streams") == [id])
    }

    @Test func filtersNarrowListAndCountAlike() throws {
        let service = LunaStreams()
        let entrance = try service.create("\"name\": \"Main entrance\",")
        let paused = try service.create("\"name\": \"Yard\", \"status\": \"pause\",")
        let foreign = try service.create("\"name\": \"Yard\",", account: Sample.other)
        let table: [(query: String, found: [UniqueID])] = [
            ("", [foreign, paused, entrance]),
            ("account_id=\(Sample.account)", [paused, entrance]),
            ("account_id=\(Sample.account.description.uppercased())", [paused, entrance]),
            ("%61ccount_id=\(Sample.other)", [foreign]),
            ("account_id=\(UniqueID.random())", []),
            ("status=pause", [paused]),
            ("status=pending", [foreign, entrance]),
            ("status=in_progress", []),
            ("name=Main+entrance", [entrance]),
            ("name=Main%20entrance", [entrance]),
            ("name=Main", []),
            ("name=Yard&account_id=\(Sample.other)", [foreign]),
            ("stream_ids=\(paused),\(foreign)", [foreign, paused]),
            ("stream_ids=\(paused),\(foreign)&account_id=\(Sample.account)", [paused]),
            ("stream_ids=", []),
            ("unknown=1&&=", [foreign, paused, entrance]),
        ]
        for (query, found) in table {
            #expect(try service.listed("/1/streams?\(query)") == found, "\(query)")
            let count = try service.call("GET", "/1/streams/count?\(query)").json["streams_count"]?.integer
            #expect(count == found.count, "\(query)")
        }
        let later = Sample.start.adding(seconds: 2)
        #expect(try service.listed("/1/streams?status=in_progress", at: later) == [foreign, entrance])
    }

    @Test func bulkDeletionTakesQueryAndContent() throws {
        let service = LunaStreams()
        var mine: [UniqueID] = []
        for _ in 0..<4 { mine.append(try service.create()) }
        let foreign = try service.create(account: Sample.other)
        let own = "account_id=\(Sample.account)"

        let named = #"{"stream_ids": ["\#(mine[0])", "\#(foreign)"]}"#
        #expect(service.send("DELETE", "/1/streams?\(own)", named).status == 204)
        #expect(try service.listed("/1/streams?order=asc") == [mine[1], mine[2], mine[3], foreign])

        #expect(service.send("DELETE", "/1/streams?stream_ids=\(mine[1])", #"{"stream_ids": []}"#).status == 204)
        #expect(try service.listed("/1/streams?order=asc") == [mine[1], mine[2], mine[3], foreign])

        #expect(service.call("DELETE", "/1/streams?\(own)&stream_ids=\(mine[1]),\(foreign)").status == 204)
        #expect(try service.listed("/1/streams?order=asc") == [mine[2], mine[3], foreign])

        #expect(service.call("DELETE", "/1/streams?\(own)").status == 204)
        #expect(try service.listed("/1/streams?order=asc") == [foreign])

        #expect(service.call("DELETE", "/1/streams").status == 204)
        #expect(try service.listed("/1/streams").isEmpty)
    }

    @Test(arguments: [
        (#"{"stream_ids": ["x"]}"#, 12022), ("{}", 12022), ("[]", 12022), (#"{"stream_ids": "all"}"#, 12022),
        ("{", 12027),
    ])
    func bulkDeletionWithBadContentDeletesNothing(_ content: String, code: Int) throws {
        let service = LunaStreams()
        _ = try service.create()
        #expect(try service.send("DELETE", "/1/streams", content).errorCode == code)
        #expect(try service.listed("/1/streams").count == 1)
    }

    @Test func logsTellEveryChange() throws {
        let service = LunaStreams()
        let id = try service.create()
        _ = service.send("PUT", "/1/streams/\(id)", Sample.content(), at: Sample.start.adding(seconds: 1))
        _ = service.call("DELETE", "/1/streams/\(id)", at: Sample.start.adding(seconds: 2))
        _ = try service.create(account: Sample.other)
        func logs(_ query: String) throws -> [JSONNode] {
            try #require(try service.call("GET", "/1/streams/logs?\(query)").json["logs"]?.array)
        }
        let own = try logs("account_id=\(Sample.account)&order=asc")
        #expect(own.map { $0["event"]?.string } == ["create", "replace", "delete"])
        #expect(own.map { $0["version"]?.integer } == [1, 2, 2])
        #expect(own.allSatisfy { $0["stream_id"]?.string == id.description })
        #expect(own[1]["create_time"]?.string == Sample.start.adding(seconds: 1).rfc3339)
        #expect(try logs("").count == 4)
        #expect(try logs("page_size=3&page=2").count == 1)

        #expect(service.call("DELETE", "/1/streams/logs?account_id=\(Sample.account)").status == 204)
        #expect(try logs("").map { $0["account_id"]?.string } == [Sample.other.description])
        #expect(service.call("DELETE", "/1/streams/logs").status == 204)
        #expect(try logs("").isEmpty)
    }

    @Test func theLogIsBounded() throws {
        var log = StreamLog()
        let content = try StreamContent(Array(Sample.content().utf8))
        var stream = LunaStream(id: .random(), content: content, now: Sample.start)
        let changes = 2 * StreamLog.capacity
        for _ in 0..<changes {
            log.record(.replacement, stream, now: Sample.start)
            stream.replace(content, now: Sample.start)
        }
        let kept = log.entries(of: nil)
        #expect((StreamLog.capacity...StreamLog.capacity * 11 / 10).contains(kept.count))
        #expect(kept.last?.version == changes)
    }
}
