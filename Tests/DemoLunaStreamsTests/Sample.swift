import DemoLunaStreams
import HTTPCore
import JSON
import Testing

/// Requests and instants that the tests share.
enum Sample {
    static let start = Timestamp(microseconds: 1_790_000_000_000_000)
    static let account = UniqueID(high: 0x1111_1111_1111_4111, low: 0x8111_1111_1111_1111)
    static let other = UniqueID(high: 0x2222_2222_2222_4222, low: 0x8222_2222_2222_2222)

    /// The content of a create request; `more` is JSON members that end with a comma.
    static func content(_ more: String = "", account: UniqueID = account) -> String {
        """
        {\(more) "account_id": "\(account)", "data": {"type": "tcp", "reference": "rtsp://camera.example/1"},
         "event_handler": {"origin": "http://127.0.0.1:5000/", "api_version": 6}}
        """
    }

    static func json(_ method: String, _ target: String, _ content: String) -> DemoRequest {
        DemoRequest(method, target, contentType: "application/json", content: Array(content.utf8))
    }
}

extension LunaStreams {
    func call(_ method: String, _ target: String, at now: Timestamp = Sample.start) -> DemoAnswer {
        answer(DemoRequest(method, target), now: now)
    }

    func send(
        _ method: String, _ target: String, _ content: String, at now: Timestamp = Sample.start
    ) -> DemoAnswer {
        answer(Sample.json(method, target, content), now: now)
    }

    /// Creates a stream and gives its id.
    func create(
        _ more: String = "", account: UniqueID = Sample.account, at now: Timestamp = Sample.start
    ) throws -> UniqueID {
        let answer = send("POST", "/1/streams", Sample.content(more, account: account), at: now)
        try #require(answer.status == 201)
        return try #require(UniqueID(try answer.json["stream_id"]?.string ?? ""))
    }

    /// The ids in the list that `target` asks for.
    func listed(_ target: String, at now: Timestamp = Sample.start) throws -> [UniqueID] {
        let list = try #require(try call("GET", target, at: now).json["streams"]?.array)
        return list.compactMap { $0["stream_id"]?.string.flatMap { UniqueID($0) } }
    }
}

extension DemoAnswer {
    var bytes: [UInt8] {
        if case .bytes(let bytes) = content { bytes } else { [] }
    }

    var json: JSONNode {
        get throws { try JSONParser.parse(bytes) }
    }

    /// The LUNA error code, or nil where the content is no error.
    var errorCode: Int? {
        get throws { bytes.isEmpty ? nil : try json["error_code"]?.integer }
    }
}
