import HTTPCore
import JSON
import StreamsProxy
import Testing

/// Monitoring points as the host reads them.
struct PointEncodingTests {
    private static let names = PointNames(mount: "/6/plugins/luna-streams", plugins: ["teapot"])
    private static let account = UniqueID(high: 0x6d07_1cca_fda5_4a03, low: 0x84d5_5bea_6590_4480)

    private static func record(
        _ route: Route?, _ method: HTTPCore.Method, status: UInt16, code: Int32 = 0, account: UniqueID? = account
    ) -> PointRecord {
        PointRecord(
            time: 1_795_389_168_042, duration: Interval(nanoseconds: 1_234_567_890),
            requestID: RequestID(seconds: 1_795_389_168, id: account ?? UniqueID(high: 0, low: 0)), accountID: account,
            route: route, method: method, plugin: 0, status: status, errorCode: code)
    }

    private static func points(_ records: [PointRecord]) throws -> [JSONNode] {
        var line: [UInt8] = []
        PointEncoding.appendLine(records, names, to: &line)
        #expect(line.last == 0x0A)
        #expect(line.dropLast().firstIndex(of: 0x0A) == nil)
        let message = try JSONParser.parse(Array(line.dropLast()))
        #expect(message["type"]?.string == "points")
        return try #require(message["points"]?.array)
    }

    @Test
    func `A request is one point`() throws {
        let points = try Self.points([Self.record(.streams, .get, status: 200)])
        try #require(points.count == 1)
        let point = points[0]
        #expect(point["series"]?.string == "requests")
        #expect(point["time"]?.double == 1_795_389_168.042)
        #expect(point["tags"]?["service"]?.string == "luna-api")
        #expect(point["tags"]?["route"]?.string == "GET:/6/plugins/luna-streams/streams")
        #expect(point["tags"]?["status_code"]?.integer == 200)
        #expect(point["tags"]?["account_id"]?.string == "6d071cca-fda5-4a03-84d5-5bea65904480")
        #expect(point["tags"]?["error_code"] == nil)
        #expect(point["fields"]?["request_id"]?.string == "1795389168,6d071cca-fda5-4a03-84d5-5bea65904480")
        #expect(point["fields"]?["execution_time"]?.double == 1.234567)
    }

    @Test
    func `A failed request is one more, in another series`() throws {
        let records = [
            Self.record(.streams, .get, status: 401, code: 11065, account: nil),
            Self.record(.stream, .delete, status: 404),
            Self.record(.live, .get, status: 200, code: 6),
        ]
        let points = try Self.points(records)
        #expect(
            points.map { $0["series"]?.string } == ["requests", "errors", "requests", "errors", "requests", "errors"])
        #expect(points.map { $0["tags"]?["error_code"]?.integer } == [11065, 11065, nil, nil, 6, 6])
        #expect(points.map { $0["tags"]?["status_code"]?.integer } == [401, 401, 404, 404, 200, 200])
        guard case .null = points[0]["tags"]?["account_id"]?.value else {
            Issue.record("nobody has been let in")
            return
        }
    }

    @Test(arguments: Route.allCases)
    func `Every route has its whole path`(_ route: Route) throws {
        let text = try #require(Self.points([Self.record(route, .post, status: 200)])[0]["tags"]?["route"]?.string)
        switch route {
        case .plugin: #expect(text == "POST:/6/plugins/teapot")
        case .streamsVersion, .documentation, .streamsPlugins, .streams, .count, .logs, .stream, .live, .frame:
            #expect(text == "POST:/6/plugins/luna-streams\(route.name)")
        case .version, .health, .plugins, .metrics, .tokens, .token, .account: #expect(text == "POST:\(route.name)")
        }
    }

    @Test
    func `A path that leads nowhere is no tag`() throws {
        let points = try Self.points([Self.record(nil, .other, status: 404, code: 12013)])
        #expect(points[1]["tags"]?["route"]?.string == "other:unknown")
    }

    @Test
    func `What finds no room is counted`() {
        let batch = PointBatch(
            records: [PointRecord](repeating: Self.record(.streams, .get, status: 200), count: 3), names: Self.names)
        var queue = PointQueue(capacity: 7)
        queue.append(batch)
        queue.append(batch)
        #expect(queue.lost == 0)
        queue.append(batch)
        #expect(queue.lost == 3)
        #expect(queue.takeFirst()?.records.count == 3)
        queue.append(batch)
        #expect(queue.lost == 3)
        queue.removeAll()
        #expect(queue.lost == 9)
        #expect(queue.takeFirst() == nil)
    }
}
