import HTTPCore
import StreamsProxy
import Testing

struct ForwardingRequestTests {
    /// What every head for Luna-Streams ends with.
    private static let own = [
        "Luna-Request-Id: \(ForwardedMessage.requestID)", "X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: http",
        "X-Forwarded-Host: h",
    ]

    /// The client's fields as they go on.
    private static func forward(_ fields: [String], method: String = "GET") throws -> [String] {
        let lines = try ForwardedMessage().upstream(
            (["\(method) /6/plugins/luna-streams/streams HTTP/1.1", "Host: h"] + fields).joined(separator: "\r\n"))
        #expect(lines.first == "\(method) /1/streams HTTP/1.1")
        #expect(lines.dropFirst().first == "Host: luna:5160")
        guard let ours = lines.firstIndex(of: own[0]) else { throw ForwardedMessage.Incomplete() }
        #expect(Array(lines[ours..<min(lines.count, ours + own.count)]) == own)
        return Array(lines[2..<ours])
    }

    // MARK: Fields

    @Test func `The least request`() throws {
        let lines = try ForwardedMessage().upstream("GET /6/plugins/luna-streams/streams HTTP/1.1\r\nHost: h")
        #expect(lines == ["GET /1/streams HTTP/1.1", "Host: luna:5160"] + Self.own)
    }

    @Test func `A 1.0 request without Host goes on as 1.1`() throws {
        let lines = try ForwardedMessage().upstream("GET /a HTTP/1.0")
        #expect(lines == ["GET /1/streams HTTP/1.1", "Host: luna:5160"] + Self.own.dropLast())
    }

    @Test(arguments: [
        "Accept: */*", "User-Agent: a", "Content-Type: application/json", "Cookie: a=b", "Origin: http://h",
        "Range: bytes=0-1", "Cache-Control: no-cache", "Accept-Encoding: gzip", "If-None-Match: \"a\"", "X-Any: thing",
        "Via: 1.1 other", "x-mixed-CASE: \u{E9}", "Empty: ", "My_Field: a", "my.field: a", "Referer: http://h/%2e",
        "X-Forwardeds: a", "Lunatic: a", "X-Authority: a", "X-Hosts: a", "Remotes: a", "X-Requested-With: a",
        "X-User-Agent: a",
    ])
    func `An end-to-end field passes as it is`(_ field: String) throws {
        #expect(try Self.forward([field]) == [field])
        guard !field.hasPrefix("Content-Type") else { return }
        #expect(try Self.forward([field, field]) == [field, field])
    }

    @Test(arguments: [(client: "A:b", ours: "A: b"), (client: "A: \t b \t", ours: "A: b"), (client: "A:", ours: "A: ")])
    func `White space around a value is made plain`(_ row: (client: String, ours: String)) throws {
        #expect(try Self.forward([row.client]) == [row.ours])
    }

    /// Lines that go on as they are, are written anew, and go no further.
    private static let kinds = [("A: a", "A: a"), ("B:b", "B: b"), ("C: c \t", "C: c"), ("Keep-Alive: 1", nil)]

    @Test func `Lines of all kinds keep their order`() throws {
        for first in Self.kinds {
            for second in Self.kinds {
                for third in Self.kinds {
                    let lines = [first, second, third, first]
                    #expect(try Self.forward(lines.map(\.0)) == lines.compactMap(\.1))
                }
            }
        }
    }

    private static let dropped = [
        // Of one connection only.
        "Connection: keep-alive", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "TE: trailers",
        "Trailer: A", "Upgrade: h2c", "HTTP2-Settings: AA", "Proxy-Authorization: Basic YTpi",
        "Proxy-Authenticate: Basic", "Expect: 100-continue",
        // Who is asking, and how it shows that.
        "Authorization: Bearer secret", "Luna-Account-Id: \(ForwardedMessage.id)", "Luna-Request-Id: x",
        "LUNA-STREAMS-API-VERSION: 2",
        // Where the request seems to come from, or to go.
        "Forwarded: for=1.2.3.4", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Host: evil", "X-Forwarded-Port: 1",
        "X-Forwarded-Proto: https", "X-Forwarded-Prefix: /admin", "X-Real-IP: 1.2.3.4", "X-Original-URL: /1/streams",
        "X-Rewrite-URL: /1/streams", "X-HTTP-Method-Override: DELETE", "X-HTTP-Method: DELETE",
        "X-Method-Override: DELETE",
        // What a gateway would say of its caller.
        "Luna-Account-Type: admin", "Luna-Token-Permissions: {}", "Luna-Visibility-Area: all", "Luna-Other: a",
        "X-Forwarded-User: a", "X-Forwarded-Ssl: on", "X-Forwarded-Scheme: https", "X-Forwarded-Client-Cert: a",
        "Remote-User: a", "Remote-Groups: a", "True-Client-IP: 1.2.3.4", "X-Client-IP: 1.2.3.4", "Client-IP: 1.2.3.4",
        "X-Cluster-Client-IP: 1.2.3.4", "CF-Connecting-IP: 1.2.3.4", "Fastly-Client-IP: 1.2.3.4",
        "X-Original-Host: a", "X-Original-Method: DELETE", "X-Host: a", "X-Auth-Request-User: a", "X-Auth-Token: a",
        "X-Authenticated-Userid: a", "X-Remote-User: a", "X-WebAuth-User: a", "X-User: a",
        "X-Envoy-External-Address: 1.2.3.4",
    ]

    @Test(arguments: dropped)
    func `A field that steers, names or belongs to one connection is dropped`(_ field: String) throws {
        #expect(try Self.forward(["A: 1", field, "B: 2"]) == ["A: 1", "B: 2"])
        #expect(try Self.forward([field.uppercased()]) == [])
        guard !field.hasPrefix("Expect") else { return }
        #expect(try Self.forward([field, field]) == [])
    }

    @Test(arguments: [
        "Luna_Account_Id", "Luna.Account.Id", "LUNA_ACCOUNT_ID", "luna-account_id", "luna_request.id",
        "X_Forwarded_For",
        "X.Real.IP", "X_Original_URL", "X_HTTP_Method_Override",
        "Luna_Streams_Api_Version", "Proxy_Authorization", "Content_Type", "Content_Encoding", "Luna_Account_Type",
        "Luna.Visibility.Area", "X_Forwarded_User", "REMOTE_USER", "remote.user", "X_Auth_Request_User",
        "True_Client_IP",
        "x-original_host", "X.Host", "CF_Connecting.IP",
    ])
    func `Another spelling of such a field is dropped`(_ name: String) throws {
        #expect(try Self.forward(["A: 1", "\(name): chunked", "B: 2"]) == ["A: 1", "B: 2"])
    }

    @Test(arguments: [
        (connection: ["Connection: A"], kept: ["B: 2"]), (connection: ["Connection: close, a ,\tb"], kept: []),
        (connection: ["Connection: ", "Connection: a"], kept: ["B: 2"]),
        (connection: ["Connection: ,,B"], kept: ["A: 1"]), (connection: ["Connection: AA"], kept: ["A: 1", "B: 2"]),
        (connection: ["Connection: \"A\""], kept: ["A: 1", "B: 2"]),
        (connection: ["Connection: keep-alive", "connection: B", "CONNECTION: A"], kept: []),
    ])
    func `A nominated field is dropped`(_ row: (connection: [String], kept: [String])) throws {
        #expect(try Self.forward(["A: 1", "B: 2"] + row.connection) == row.kept)
        #expect(try Self.forward(row.connection + ["A: 1", "B: 2"]) == row.kept)
    }

    @Test func `Nominating what frames or names changes nothing`() throws {
        let nominated = FieldName.allCases.filter(\.isProtected).map(\.spelling.description)
        let fields = ["Connection: \(nominated.joined(separator: ", "))", "Content-Type: a", "Content-Length: 3"]
        var message = ForwardedMessage()
        message.accountID = UniqueID(ForwardedMessage.id)
        let lines = try message.upstream((["PUT / HTTP/1.1", "Host: h"] + fields).joined(separator: "\r\n"))
        let account = "Luna-Account-Id: \(ForwardedMessage.id)"
        #expect(
            lines == ["PUT /1/streams HTTP/1.1", "Host: luna:5160", "Content-Type: a", account] + Self.own
                + ["Content-Length: 3"])
    }

    @Test func `The account is the principal's, whatever the client says`() throws {
        var message = ForwardedMessage()
        message.accountID = UniqueID(ForwardedMessage.id.uppercased())
        let other = "00000000-0000-4000-8000-000000000000"
        let lines = try message.upstream(
            "GET / HTTP/1.1\r\nHost: h\r\nLuna-Account-Id: \(other)\r\nLuna_Account_Id: \(other)\r\nAuthorization: x")
        #expect(lines.filter { $0.lowercased().contains("account") } == ["Luna-Account-Id: \(ForwardedMessage.id)"])
        #expect(!lines.contains { $0.contains(other) || $0.hasPrefix("Authorization") })
    }

    // MARK: Framing

    @Test(
        arguments: [
            (method: "GET", fields: [], framing: []), (method: "HEAD", fields: [], framing: []),
            (method: "DELETE", fields: [], framing: []), (method: "POST", fields: [], framing: ["Content-Length: 0"]),
            (method: "PUT", fields: ["Content-Length: 0"], framing: ["Content-Length: 0"]),
            (method: "GET", fields: ["Content-Length: 0"], framing: []),
            (method: "POST", fields: ["Content-Length: 7"], framing: ["Content-Length: 7"]),
            (method: "GET", fields: ["content-length:5"], framing: ["Content-Length: 5"]),
            (method: "POST", fields: ["transfer-encoding: CHUNKED"], framing: ["Transfer-Encoding: chunked"]),
            (method: "DELETE", fields: ["Transfer-Encoding: chunked"], framing: ["Transfer-Encoding: chunked"]),
        ] as [(method: String, fields: [String], framing: [String])])
    func `The content is framed anew, once`(_ row: (method: String, fields: [String], framing: [String])) throws {
        let lines = try ForwardedMessage().upstream(
            (["\(row.method) / HTTP/1.1", "Host: h"] + row.fields).joined(separator: "\r\n"))
        #expect(lines == ["\(row.method) /1/streams HTTP/1.1", "Host: luna:5160"] + Self.own + row.framing)
    }

    @Test func `An upgrade is written by us, and only where it was allowed`() throws {
        let head = "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, A\r\nUpgrade: WebSocket, evil\r\nA: b"
        var message = ForwardedMessage()
        let plain = try message.upstream(head)
        #expect(plain == ["GET /1/streams HTTP/1.1", "Host: luna:5160"] + Self.own)
        message.asksUpgrade = true
        let upgrading = try message.upstream(head)
        #expect(upgrading == plain + ["Connection: Upgrade", "Upgrade: websocket"])
    }
}
