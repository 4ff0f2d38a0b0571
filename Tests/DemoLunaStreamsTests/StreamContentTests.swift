import DemoLunaStreams
import JSON
import Testing

@Suite struct StreamContentTests {
    private static let id = "\"account_id\": \"11111111-1111-4111-8111-111111111111\""
    private static let data = #""data": {"type": "udp", "reference": "rtsp://a"}"#
    private static let sink = #""event_handler": {"origin": "http://a"}"#
    private static let good = "\(id), \(data), \(sink)"

    /// Members of the object, the code that refuses them (nil: taken), and the path that the detail names.
    static let table: [(members: String, code: Int?, path: String)] = [
        (good, nil, ""),
        ("\(good), \"more\": [1]", nil, ""),
        ("\(data), \(sink)", 12022, "account_id"),
        ("\(id), \(sink)", 12022, "data"),
        ("\(id), \(data)", 12022, "event_handler"),
        ("\"account_id\": null, \(data), \(sink)", 12022, "account_id"),
        ("\"account_id\": \"x\", \(data), \(sink)", 12022, "'account_id'"),
        ("\"account_id\": 1, \(data), \(sink)", 12022, "'account_id'"),
        ("\(id), \"data\": [], \(sink)", 12022, "'data'"),
        ("\(id), \"data\": {\"reference\": \"a\"}, \(sink)", 12022, "'data'"),
        ("\(id), \"data\": {\"type\": \"tcp\"}, \(sink)", 12022, "'data'"),
        ("\(id), \"data\": {\"type\": \"http\", \"reference\": \"a\"}, \(sink)", 12022, "'data.type'"),
        ("\(id), \"data\": {\"type\": \"tcp\", \"reference\": \"\"}, \(sink)", 12022, "'data.reference'"),
        ("\(id), \"data\": {\"type\": \"images\", \"reference\": \"a\"}, \(sink)", nil, ""),
        ("\(id), \"data\": {\"type\": \"videofile\", \"reference\": \"a\"}, \(sink)", nil, ""),
        ("\(id), \(data), \"event_handler\": {}", 12022, "'event_handler'"),
        ("\(id), \(data), \"event_handler\": {\"origin\": \"ftp://a\"}", 12022, "'event_handler.origin'"),
        ("\(id), \(data), \"event_handler\": {\"origin\": \"https://a\"}", nil, ""),
        (
            "\(id), \(data), \"event_handler\": {\"origin\": \"http://a\", \"api_version\": \"6\"}", 12022,
            "'event_handler.api_version'"
        ),
        (
            "\(id), \(data), \"event_handler\": {\"origin\": \"http://a\", \"bestshot_handler\": {\"handler_id\": 1}}",
            12022, "'event_handler.bestshot_handler.handler_id'"
        ),
        (
            "\(id), \(data), \"event_handler\": {\"origin\": \"http://a\", \"authorization\": {\"account_id\": \"\"}}",
            12022, "'event_handler.authorization.account_id'"
        ),
        ("\(good), \"name\": \"\(String(repeating: "ы", count: 128))\"", nil, ""),
        ("\(good), \"name\": \"\(String(repeating: "a", count: 129))\"", 12022, "'name'"),
        ("\(good), \"name\": 5", 12022, "'name'"),
        ("\(good), \"name\": null", nil, ""),
        ("\(good), \"description\": \"\(String(repeating: "a", count: 512))\"", nil, ""),
        ("\(good), \"description\": \"\(String(repeating: "a", count: 513))\"", 12022, "'description'"),
        ("\(good), \"status\": \"pending\"", nil, ""),
        ("\(good), \"status\": \"pause\"", nil, ""),
        ("\(good), \"status\": \"in_progress\"", 39002, "in_progress"),
        ("\(good), \"status\": 1", 12022, "'status'"),
        ("\(good), \"group_name\": \"a-Z_09\"", nil, ""),
        ("\(good), \"group_name\": \"\"", 12022, "'group_name'"),
        ("\(good), \"group_name\": \"a b\"", 12022, "'group_name'"),
        ("\(good), \"group_name\": \"\(String(repeating: "a", count: 129))\"", 12022, "'group_name'"),
        ("\(good), \"policies\": []", 12022, "'policies'"),
        ("\(good), \"location\": \"here\"", 12022, "'location'"),
        (
            "\(good), \"location\": {\"geo_position\": {\"longitude\": 200, \"latitude\": 0}}", 12022,
            "'location.geo_position.longitude'"
        ),
        ("\(good), \"autorestart\": {\"restart\": 2}", 12022, "'autorestart.restart'"),
        ("\(good), \"autorestart\": {\"restart\": 1, \"delay\": 5}", nil, ""),
    ]

    @Test(arguments: table)
    func contentIsChecked(_ row: (members: String, code: Int?, path: String)) throws {
        let service = LunaStreams()
        let answer = service.send("POST", "/1/streams", "{\(row.members)}")
        #expect(answer.status == (row.code == nil ? 201 : 400))
        #expect(try answer.errorCode == row.code)
        #expect(row.path.isEmpty ? true : try #require(try answer.json["detail"]?.string).contains(row.path))
        let count = try service.call("GET", "/1/streams/count").json["streams_count"]?.integer
        #expect(count == (row.code == nil ? 1 : 0))
    }

    @Test(arguments: ["", "{", "[1,]", "{\"a\": 1, \"a\": 2}", "nul", "{\(good)} x"])
    func whatIsNoJSONIsRefused(_ text: String) throws {
        let answer = LunaStreams().send("POST", "/1/streams", text)
        #expect(answer.status == 400)
        #expect(try answer.errorCode == 12027)
    }

    @Test(arguments: ["[]", "\"text\"", "1"])
    func whatIsNoObjectIsRefused(_ text: String) throws {
        #expect(try LunaStreams().send("POST", "/1/streams", text).errorCode == 12022)
    }

    @Test(
        arguments: [
            (nil, 12017), ("text/plain", 12017), ("application/jsonp", 12017), ("", 12017), ("application/json", nil),
            ("Application/JSON; charset=utf-8", nil), ("application/json ;charset=utf-8", nil),
        ] as [(String?, Int?)])
    func contentTypeMustBeJSON(_ type: String?, code: Int?) throws {
        let request = DemoRequest(
            "POST", "/1/streams", contentType: type, content: Array(Sample.content().utf8))
        let answer = LunaStreams().answer(request, now: Sample.start)
        #expect(answer.status == (code == nil ? 201 : 400))
        #expect(try answer.errorCode == code)
    }

    @Test func answersKeepWhatWasSentAndFillInTheRest() throws {
        let service = LunaStreams()
        let id = try service.create(
            #""location": {"city": "Kazan", "floor": 2.50}, "autorestart": {"delay": 5}, "description": "a\"b","#)
        let stream = try service.call("GET", "/1/streams/\(id)").json
        #expect(
            stream.object?.map(\.name) == [
                "stream_id", "account_id", "name", "description", "data", "location", "autorestart", "status",
                "version", "create_time", "event_handler", "policies", "last_error", "video_info", "preview", "groups",
            ])
        #expect(stream["location"]?["city"]?.string == "Kazan")
        guard case .number("2.50") = stream["location"]?["floor"]?.value else {
            Issue.record("numbers stay as they were written")
            return
        }
        #expect(stream["location"]?["geo_position"] != nil)
        #expect(stream["autorestart"]?["delay"]?.integer == 5)
        #expect(stream["autorestart"]?["attempt_count"]?.integer == 10)
        #expect(stream["description"]?.string == "a\"b")
        #expect(stream["data"]?["endless"]?.bool == true)
        #expect(stream["event_handler"]?["api_version"]?.integer == 6)
    }
}
