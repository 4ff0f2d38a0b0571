import HTTPCore
import StreamsProxy
import Testing

struct ForwardingTargetTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let route: Route
        let hasID: Bool
        let path: String
        var testDescription: String { path }

        init(_ route: Route, _ path: String, hasID: Bool = false) {
            self.route = route
            self.path = path
            self.hasID = hasID
        }
    }

    private static let id = ForwardedMessage.id

    private static let rows: [Row] = [
        Row(.documentation, "/docs/spec"), Row(.streamsPlugins, "/plugins"), Row(.streams, "/streams"),
        Row(.count, "/streams/count"), Row(.logs, "/streams/logs"), Row(.stream, "/streams/\(id)", hasID: true),
        Row(.live, "/streams/\(id)/preview/handler/live", hasID: true),
        Row(.frame, "/streams/\(id)/preview/handler/frame", hasID: true),
    ]

    private static func target(_ message: ForwardedMessage, _ target: String = "/") throws -> String {
        try message.upstream("GET \(target) HTTP/1.1\r\nHost: h").first ?? ""
    }

    @Test(arguments: rows, ["", "/base", "/a/b"])
    func `The path is built from the route, the version and the id`(_ row: Row, _ basePath: String) throws {
        var message = ForwardedMessage(basePath: basePath)
        message.route = row.route
        // Whatever the client wrote, in whichever case: none of its bytes are in the path.
        message.streamID = row.hasID ? UniqueID(Self.id.uppercased()) : nil
        for version in 1...2 {
            message.apiVersion = version
            let found = try Self.target(message, "/x/../%2e%2e/\(Self.id.uppercased())")
            #expect(found == "GET \(basePath)/\(version)\(row.path) HTTP/1.1")
        }
    }

    @Test(arguments: ["", "/base"])
    func `The version of Luna-Streams lies outside its API versions`(_ basePath: String) throws {
        var message = ForwardedMessage(basePath: basePath)
        message.route = .streamsVersion
        for version in 1...2 {
            message.apiVersion = version
            #expect(try Self.target(message) == "GET \(basePath)/version HTTP/1.1")
        }
    }

    @Test(arguments: [
        "?", "?a=b", "?a=b&a=b", "?%20=%2F&x=%zZ".replacing("%zZ", with: "%2f"), "?a=b+c", "?a=b;c", "?/?:@!$'()*,;=",
        "?account_id=", "?a=%00", "?a=../..", "?page=1&page_size=100&order=desc",
    ])
    func `The query passes byte for byte`(_ query: String) throws {
        #expect(try Self.target(ForwardedMessage(), "/x\(query)") == "GET /1/streams\(query) HTTP/1.1")
        #expect(try Self.target(ForwardedMessage(), "http://h/x\(query)") == "GET /1/streams\(query) HTTP/1.1")
    }

    @Test(arguments: [
        (isSecure: false, port: 80, host: "luna"), (isSecure: false, port: 443, host: "luna:443"),
        (isSecure: true, port: 443, host: "luna"), (isSecure: true, port: 80, host: "luna:80"),
    ])
    func `Host comes from the settings`(_ row: (isSecure: Bool, port: Int, host: String)) throws {
        let lines = try ForwardedMessage(isSecure: row.isSecure, port: row.port)
            .upstream("GET / HTTP/1.1\r\nHost: evil:1")
        #expect(lines.filter { $0.hasPrefix("Host:") } == ["Host: \(row.host)"])
        #expect(lines.last == "X-Forwarded-Host: evil:1")
    }
}
