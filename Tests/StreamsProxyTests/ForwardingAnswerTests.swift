import HTTPCore
import StreamsProxy
import Testing

struct ForwardingAnswerTests {
    private static let requestID = "Luna-Request-Id: \(ForwardedMessage.requestID)"

    /// The answer's fields as they reach the client, without the id and the date that are ours.
    private static func answer(_ fields: [String], _ message: ForwardedMessage = ForwardedMessage()) throws -> [String]
    {
        let lines = try message.downstream((["HTTP/1.1 200 OK"] + fields).joined(separator: "\r\n"))
        guard let ours = lines.firstIndex(of: requestID) else { throw ForwardedMessage.Incomplete() }
        #expect(Array(lines[(ours + 1)...]) == [ForwardedMessage.date])
        return Array(lines[..<ours])
    }

    @Test(arguments: [
        "Content-Type: image/jpeg", "ETag: \"a\"", "Set-Cookie: a=b", "Server: luna", "WWW-Authenticate: Basic",
        "Cache-Control: max-age=1", "X-Accel-Buffering: yes", "Retry-After: 1", "Allow: GET", "Vary: a", "Via: 1.1 x",
        "Content-Type: multipart/x-mixed-replace; boundary=--a", "Luna-Account-Id: a", "X-Any: \u{E9}",
    ])
    func `An end-to-end field passes as it is`(_ field: String) throws {
        #expect(try Self.answer([field]) == [field])
    }

    @Test(arguments: [
        "Connection: close", "Connection: keep-alive", "Keep-Alive: timeout=5", "Transfer-Encoding: chunked",
        "Content-Length: 5", "Trailer: A", "Upgrade: h2c", "TE: a", "Proxy-Connection: close",
        "Proxy-Authenticate: Basic", "Luna-Request-Id: 1,a", "LUNA-REQUEST-ID: other",
    ])
    func `A field of one connection is dropped, and so is another request id`(_ field: String) throws {
        #expect(try Self.answer(["A: 1", field, "B: 2"]) == ["A: 1", "B: 2"])
    }

    @Test func `Nominated fields are dropped`() throws {
        #expect(try Self.answer(["A: 1", "Connection: ", "Connection: close, a", "B: 2"]) == ["B: 2"])
    }

    @Test func `The date is added only where it is missing`() throws {
        let own = "Date: Mon, 01 Jan 2024 00:00:00 GMT"
        let with = try ForwardedMessage().downstream("HTTP/1.1 200 OK\r\n\(own)")
        #expect(with == [own, Self.requestID])
        let without = try ForwardedMessage().downstream("HTTP/1.1 200 OK")
        #expect(without == [Self.requestID, ForwardedMessage.date])
    }

    // MARK: Location

    struct Location: Sendable, CustomTestStringConvertible {
        let upstream: String
        let client: String
        let basePath: String
        var testDescription: String { "\(upstream) → \(client)" }

        init(_ upstream: String, _ client: String? = nil, basePath: String = "") {
            self.upstream = upstream
            self.client = client ?? upstream
            self.basePath = basePath
        }
    }

    private static let mount = "/6/plugins/luna-streams"

    private static let locations: [Location] = [
        Location("/1/streams/a", "\(mount)/streams/a"), Location("/2/streams/a?b#c", "\(mount)/streams/a?b#c"),
        Location("/1", mount), Location("/1/", "\(mount)/"),
        Location("http://luna:5160/1/streams", "\(mount)/streams"), Location("http://luna:5160/2/x", "\(mount)/x"),
        Location("/base/1/streams", "\(mount)/streams", basePath: "/base"),
        Location("http://luna:5160/base/2/x", "\(mount)/x", basePath: "/base"),
        // Anything else is somebody's own affair.
        Location("/1/streams", basePath: "/base"), Location("/base/1/streams"), Location("/3/streams"),
        Location("/10/streams"), Location("/1streams"), Location("/version"), Location(""), Location("streams/a"),
        Location("//luna:5160/1/streams"), Location("https://luna:5160/1/streams"),
        Location("http://luna:51601/1/streams"), Location("http://luna/1/streams"),
        Location("http://luna:5160.evil/1/streams"), Location("http://luna:5160@evil/1/streams"),
        Location("http://evil/1/streams"), Location("http://luna:5160"), Location("http://evil/?http://luna:5160/1/x"),
    ]

    @Test(arguments: locations)
    func `A location at Luna-Streams becomes one here, any other stays`(_ row: Location) throws {
        let message = ForwardedMessage(basePath: row.basePath)
        #expect(try Self.answer(["Location: \(row.upstream)"], message) == ["Location: \(row.client)"])
    }

    @Test func `A location follows the mount`() throws {
        var message = ForwardedMessage()
        message.configuration.mount = "/x"
        #expect(try Self.answer(["location:/1/streams"], message) == ["Location: /x/streams"])
    }

    // MARK: Live

    private static let live = ["X-Accel-Buffering: no", "Cache-Control: no-store"]

    @Test(
        arguments: [
            (fields: [], added: live), (fields: ["Cache-Control: private"], added: ["X-Accel-Buffering: no"]),
            (fields: ["X-Accel-Buffering: yes"], added: ["Cache-Control: no-store"]),
            (fields: ["X-Accel-Buffering: yes", "cache-control: a"], added: []),
        ] as [(fields: [String], added: [String])])
    func `A live answer is neither buffered nor stored`(_ row: (fields: [String], added: [String])) throws {
        var message = ForwardedMessage()
        message.route = .live
        let lines = try message.downstream((["HTTP/1.1 200 OK"] + row.fields).joined(separator: "\r\n"))
        #expect(lines == row.fields + [Self.requestID, ForwardedMessage.date] + row.added)
        let interim = try message.downstream("HTTP/1.1 103 Early Hints\r\nLink: a")
        #expect(interim == ["Link: a", Self.requestID, ForwardedMessage.date])
        message.route = .frame
        let frame = try message.downstream("HTTP/1.1 200 OK")
        #expect(frame == [Self.requestID, ForwardedMessage.date])
    }
}
