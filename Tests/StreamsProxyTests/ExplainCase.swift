import Testing

/// A request, and what must be said of it.
struct ExplainCase: Sendable, CustomTestStringConvertible {
    let name: String
    let line: String
    var credentials: String?
    var fields: [String] = []
    var content: String?
    var owner: String?
    /// Nil where the answer is Luna-Streams' own.
    var status: Int?
    var code: Int?
    var step: String?
    /// What `answer.from` is; nil for null.
    var from: String? = "streams-proxy"

    var testDescription: String { name }

    /// One of the plugin's routes.
    static let mount = "/6/plugins/luna-streams"
    static let streams = "\(mount)/streams"
    static let one = "\(streams)/\(ExplainRealm.stream)"
    static let json = "Content-Type: application/json"

    static func refused(
        _ name: String, _ line: String, by credentials: String? = nil, with fields: [String] = [],
        content: String? = nil, owner: String? = nil, _ status: Int, _ code: Int, _ step: String
    ) -> ExplainCase {
        ExplainCase(
            name: name, line: line, credentials: credentials, fields: fields, content: content, owner: owner,
            status: status, code: code, step: step)
    }

    static func own(
        _ name: String, _ line: String, by credentials: String? = nil, with fields: [String] = [],
        content: String? = nil, _ status: Int, _ code: Int? = nil
    ) -> ExplainCase {
        ExplainCase(
            name: name, line: line, credentials: credentials, fields: fields, content: content, status: status,
            code: code)
    }

    static func passes(
        _ name: String, _ line: String, by credentials: String? = nil, with fields: [String] = [],
        content: String? = nil, owner: String? = nil, from: String? = "luna-streams"
    ) -> ExplainCase {
        ExplainCase(
            name: name, line: line, credentials: credentials, fields: fields, content: content, owner: owner,
            from: from)
    }

    static let head: [ExplainCase] = [
        .refused("no request line", "GET", 400, 12046, "request"),
        .refused("two targets", "GET /a /b", 400, 12046, "request"),
        .refused("another version", "GET /version HTTP/2.0", 505, 12046, "request"),
        .refused("white space before a colon", "GET /version", with: ["A : b"], 400, 12046, "request"),
        .refused("a line feed in a value", "GET /version", with: ["A: b\nc: d"], 400, 12046, "request"),
        .refused("no colon", "GET /version", with: ["Authorization"], 400, 12046, "request"),
        .refused("another host", "GET http://a/version", with: ["Host: b"], 400, 12046, "request"),
        .refused("a host that is none", "GET /version", with: ["Host: a,b"], 400, 12046, "request"),
        .refused(
            "two lengths", "GET /version", with: ["Content-Length: 1", "Content-Length: 1"], 400, 12046, "request"),
        .refused("an unknown coding", "GET /version", with: ["Transfer-Encoding: gzip"], 501, 12046, "request"),
        .refused("an unknown expectation", "GET /version", with: ["Expect: much"], 417, 12046, "request"),
        .refused("a long target", "GET /\(String(repeating: "a", count: 9000))", 414, 12046, "request"),
        .refused(
            "a long head", "GET /version",
            with: (0..<4).map { "A\($0): \(String(repeating: "a", count: 9000))" }, 431, 12046, "request"),
        .refused(
            "more than request_max_size", "POST \(streams)", with: ["Content-Length: 2000001"], 413, 12046, "request"),
    ]

    static let routes: [ExplainCase] = [
        .refused("no such page", "GET /6/streams", 404, 12013, "route"),
        .refused("an escaped slash", "GET \(mount)/streams%2fcount", 404, 12013, "route"),
        .refused("another method", "PATCH \(streams)", by: "all", 405, 12021, "route"),
        .refused("a method nobody knows", "BREW \(streams)", by: "all", 405, 12021, "route"),
        .refused(
            "an unknown API version", "GET \(streams)", with: ["Luna-Streams-Api-Version: 3"], 400, 11076, "route"),
        .refused(
            "two API versions", "GET \(streams)", with: ["Luna-Streams-Api-Version: 1", "Luna-Streams-Api-Version: 1"],
            400, 12046, "route"),
        .own("options", "OPTIONS \(streams)", 204),
        .own("options of all", "OPTIONS *", 204),
        .own("our version", "GET /version", 200),
        .own("our version in absolute form", "GET http://streams.example:5000/version", 200),
        .own("our health", "HEAD /healthcheck", 200),
        .passes("an open route", "GET \(mount)/version"),
        .passes("an open route with wrong credentials", "GET \(mount)/docs/spec", with: ["Authorization: Basic x"]),
    ]

    static let credentials: [ExplainCase] = [
        .refused("none", "GET \(streams)", 401, 11065, "credentials"),
        .refused("an empty Authorization", "GET \(streams)", with: ["Authorization:"], 401, 11065, "credentials"),
        .refused("another scheme", "GET \(streams)", with: ["Authorization: Digest x"], 401, 11065, "credentials"),
        .refused("unreadable Basic", "GET \(streams)", with: ["Authorization: Basic %%"], 401, 11065, "credentials"),
        .refused(
            "a wrong password", "GET \(streams)",
            with: ["Authorization: Basic YW5uQGV4YW1wbGUub3JnOndyb25n"], 401, 41006, "credentials"),
        .refused(
            "an unknown login", "GET \(streams)",
            with: ["Authorization: Basic Ym9iQGV4YW1wbGUub3JnOndyb25n"], 401, 41006, "credentials"),
        .refused(
            "no token of ours", "GET \(streams)", with: ["Authorization: Bearer a.b.c"], 401, 11062, "credentials"),
        .refused("a deleted token", "GET \(streams)", by: "deleted", 401, 41005, "credentials"),
        .refused("an expired token", "GET \(streams)", by: "expired", 401, 41007, "credentials"),
        .refused("a wide token of a user", "GET \(streams)", by: "degraded", 403, 11062, "credentials"),
        .refused(
            "two Authorization fields", "GET \(streams)", by: "view", with: ["Authorization: Basic x"], 400, 12046,
            "credentials"),
        .refused(
            "the account header while it is off", "GET \(streams)", with: ["Luna-Account-Id: \(ExplainRealm.ann)"], 403,
            11061, "credentials"),
        .passes("Basic", "GET \(streams)", by: "ann"),
        .passes("a token beside an account header", "GET \(streams)", by: "view", with: ["Luna-Account-Id: x"]),
    ]

    static let separation: [ExplainCase] = [
        .refused("a verb that is missing", "DELETE \(one)", by: "view", 403, 11059, "permission"),
        .refused(
            "another account", "GET \(streams)?account_id=\(ExplainRealm.foreign)", by: "view", 403, 11063,
            "separation"),
        .refused("a semicolon", "GET \(streams)?a;b", by: "view", 400, 12046, "separation"),
        .refused(
            "two accounts", "GET \(streams)?account_id=\(ExplainRealm.ann)&account%5Fid=\(ExplainRealm.ann)",
            by: "view", 400, 12046, "separation"),
        .refused("Luna-Streams away", "GET \(one)", by: "view", 502, 16, "separation"),
        .refused("another's stream", "GET \(one)", by: "view", owner: ExplainRealm.foreign, 404, 39001, "separation"),
        .refused("no stream", "DELETE \(one)", by: "all", owner: "absent", 404, 39001, "separation"),
        .refused(
            "another's stream, by who may see it", "DELETE \(one)", by: "root", owner: ExplainRealm.foreign, 403,
            11063, "separation"),
        .refused("no type of content", "POST \(streams)", by: "ann", content: "{}", 400, 12017, "content"),
        .refused("no content", "POST \(streams)", by: "ann", with: [json], 400, 12027, "content"),
        .refused("no object", "POST \(streams)", by: "ann", with: [json], content: "[]", 400, 12022, "content"),
        .refused(
            "a repeated name", "POST \(streams)", by: "ann", with: [json], content: #"{"a": 1, "a": 1}"#, 400, 12027,
            "content"),
        .refused(
            "another account's content", "PUT \(one)", by: "ann", with: [json],
            content: #"{"account_id": "\#(ExplainRealm.foreign)"}"#, owner: ExplainRealm.ann, 403, 11063, "separation"),
        .refused(
            "much content", "POST \(streams)", by: "ann", with: [json],
            content: String(repeating: " ", count: 1_048_577),
            413, 12046, "content"),
        .refused(
            "too much content in chunks", "DELETE \(one)", by: "ann", with: ["Transfer-Encoding: chunked"],
            content: String(repeating: " ", count: 2_000_001), owner: ExplainRealm.ann, 413, 12046, "request"),
        .passes("the own stream", "GET \(one)", by: "view", owner: ExplainRealm.ann),
        .passes("another's stream, read by who may", "GET \(one)/preview/handler/live", by: "root"),
        .passes("the own content", "POST \(streams)", by: "ann", with: [json], content: "{}"),
        .passes(
            "content in chunks", "POST \(streams)", by: "ann", with: [json, "Transfer-Encoding: chunked"], content: "{}"
        ),
        .passes("content not given", "POST \(streams)", by: "ann", with: [json, "Content-Length: 5"], from: nil),
    ]

    static let accounts: [ExplainCase] = [
        .refused("tokens by token", "GET /6/tokens", by: "all", 403, 11064, "credentials"),
        .refused("tokens by nobody", "GET /6/tokens", 401, 11065, "credentials"),
        .refused(
            "much content for tokens", "POST /6/tokens", by: "ann", with: ["Content-Length: 1048577"], 413, 12046,
            "content"),
        .own("tokens", "GET /6/tokens", by: "ann", 200),
        .own("a page that is none", "GET /6/tokens?page=0", by: "ann", 400, 12012),
        .own("the account", "GET /6/account", by: "root", 200),
        .own("a new token", "POST /6/tokens", by: "ann", with: [json], content: #"{"permissions": {}}"#, 201),
        .own("a new token without permissions", "POST /6/tokens", by: "ann", with: [json], content: "{}", 400, 12022),
        .own("no such token", "DELETE /6/tokens/\(ExplainRealm.stream)", by: "ann", 404, 41005),
        .passes(
            "a token's content not given", "POST /6/tokens", by: "ann", with: [json, "Content-Length: 5"], from: nil),
    ]

    static let all = head + routes + credentials + separation + accounts
}
