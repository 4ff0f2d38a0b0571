import JSON
import StreamsProxy
import Testing

/// `explain`: every kind of decision, what is shown of it, and what never is.
struct ExplainCommandTests {
    private static func answer(_ result: CommandResult) throws -> JSONNode {
        #expect(result.exitCode == 0, "\(result.standardError)")
        #expect(result.standardError == "")
        return try JSONParser.parse(Array(result.standardOutput.utf8))
    }

    @Test func `Each request gets the answer that the proxy gives, by the step that gives it`() throws {
        let realm = try ExplainRealm()
        let before = try realm.accountsText()
        for one in ExplainCase.all {
            let options = ["--json"] + (one.owner.map { ["--owner=\($0)"] } ?? [])
            let result = try realm.explain(
                one.line, realm.fields(one.credentials) + one.fields, content: one.content, options)
            let answer = try #require(try Self.answer(result)["answer"], "\(one.name)")
            #expect(answer["from"]?.string == one.from, "\(one.name)")
            #expect(answer["status"]?.integer == one.status, "\(one.name)")
            #expect(answer["error_code"]?.integer == one.code, "\(one.name)")
            #expect(answer["refused_by"]?.string == one.step, "\(one.name)")
            #expect((answer["detail"]?.string == nil) == (one.step == nil), "\(one.name)")
        }
        #expect(try realm.accountsText() == before, "an explanation changed the accounts")
    }

    @Test func `Settings change the decision`() throws {
        let header = ["Luna-Account-Id: \(ExplainRealm.ann)"]
        let open = try ExplainRealm(settings: #""ALLOW_LUNA_ACCOUNT_AUTH_HEADER": 1,"#)
        let allowed = try Self.answer(open.explain("GET \(ExplainCase.streams)", header, ["--json"]))
        #expect(allowed["answer"]?["from"]?.string == "luna-streams")
        #expect(allowed["caller"]?["credentials"]?.string == "account_header")
        for (field, status) in [("x", 400), (ExplainRealm.foreign, 401)] {
            let refused = try Self.answer(
                open.explain("GET \(ExplainCase.streams)", ["Luna-Account-Id: \(field)"], ["--json"]))
            #expect(refused["answer"]?["status"]?.integer == status)
        }

        let whole = try ExplainRealm(plugin: #""account-isolation": 0,"#)
        let result = try Self.answer(whole.explain("DELETE \(ExplainCase.one)", whole.fields("all"), ["--json"]))
        #expect(result["separation"]?["reach"]?.string == "not_separated")
        #expect(result["answer"]?["from"]?.string == "luna-streams")

        let off = try ExplainRealm(settings: #""LUNA_API_ACTIVE_PLUGINS": [],"#)
        let none = try Self.answer(off.explain("GET \(ExplainCase.streams)", off.fields("all"), ["--json"]))
        #expect(none["answer"]?["error_code"]?.integer == 12013)
    }

    private static let paths: [(path: String, words: String?)] = [
        ("/6/plugins/luna-streams/streams/", "it ends in a slash, which is another path"),
        (
            "/6/plugins/luna-streams/streams/28add87f",
            "the id in it has 8 characters; an id is a UUID of 36, such as \(id)"
        ),
        (
            "/6/plugins/luna-streams/streams/x/preview/handler/live",
            "the id in it has 1 character; an id is a UUID of 36, such as \(id)"
        ),
        ("/6/tokens/12", "the id in it has 2 characters; an id is a UUID of 36, such as \(id)"),
        (
            "/6/plugins/luna-streams//streams",
            "an empty segment, as in //, is one; without it there is a route"
        ),
        ("/6/plugins/luna-streams/stream", "the nearest route is /6/plugins/luna-streams/streams"),
        ("/6/plugins/luna-streams/streams/counts", "the nearest route is /6/plugins/luna-streams/streams/count"),
        (
            "/6/plugins/luna-streams/streams/\(id)/preview/live",
            "the nearest route is /6/plugins/luna-streams/streams/\(id)/preview/handler/live"
        ),
        ("/streams/count", "the routes of Luna-Streams hang under /6/plugins/luna-streams"),
        (
            "/6/plugins/luna-streams/%73treams",
            "paths are compared as they are sent: nothing is decoded, and nothing behind ';' left out"
        ),
        ("/6/token", "the nearest route is /6/tokens"),
        ("/", nil), ("/a/long/path/that/is/like/nothing/that/there/is", nil),
    ]

    @Test func `A path without a route is told why, or the nearest`() throws {
        let realm = try ExplainRealm()
        for (path, words) in Self.paths {
            let result = try realm.explain("GET \(path)", [])
            let line = result.standardOutput.split(separator: "\n").first { $0.hasPrefix("route ") }
            #expect(line?.hasSuffix("none has this path\(words.map { "; \($0)" } ?? "")") == true, "\(path): \(result)")
        }
    }

    private static let id = "28add87f-6f88-43e9-bd15-31f8c25a3585"

    @Test func `Of a token that has expired it is told when`() throws {
        let realm = try ExplainRealm()
        let result = try realm.explain("GET \(ExplainCase.streams)", realm.fields("expired"))
        #expect(result.standardOutput.contains("\ntoken ended  2020-01-01T00:00:00Z\n"), "\(result)")
    }

    @Test func `The lines are in two columns`() throws {
        let realm = try ExplainRealm()
        let token = try #require(realm.tokenIDs["view"])
        let refused = try realm.explain("DELETE \(ExplainCase.one)", realm.fields("view"))
        #expect(
            refused.standardOutput == """
                method       DELETE
                route        /streams/{stream_id}
                stream       \(ExplainRealm.stream)
                API version  1
                credentials  Bearer: a token
                token        \(token)
                account      \(ExplainRealm.ann), ann@example.org, user
                visibility   account
                verb needed  deletion
                verbs held   view
                timeouts     connection 4.5 s, whole answer 42 s
                answer       403, error_code 11059
                refused by   permission: Request denied due to token restrictions, required 'deletion' permission for 'streams'

                """)
        let passed = try realm.explain(
            "GET \(ExplainCase.streams)?page=2&reference=rtsp",
            realm.fields("ann") + [
                "Cookie: a=b", "Accept: */*", "LUNA-STREAMS-API-VERSION: 2", "X-Forwarded-For: 1.2.3.4",
                "X-Key: k", "Connection: close", "Host: h",
            ])
        let query = "page=2&reference=…&account_id=\(ExplainRealm.ann)"
        #expect(
            passed.standardOutput == """
                method       GET
                route        /streams
                API version  2
                credentials  Basic: login and password
                account      \(ExplainRealm.ann), ann@example.org, user
                verb needed  view
                verbs held   creation, view, modification, deletion
                separation   the own account's streams only
                query        page=2&reference=… → \(query)
                upstream     GET http://127.0.0.1:1/2/streams?\(query)
                sent         Host: 127.0.0.1:1
                             Cookie: (not shown)
                             Accept: */*
                             X-Key: (not shown)
                             Luna-Account-Id: \(ExplainRealm.ann)
                             Luna-Request-Id: (made for each request)
                             X-Forwarded-For: (the client's address)
                             X-Forwarded-Proto: http
                             X-Forwarded-Host: h
                not sent     Authorization, which never is; LUNA-STREAMS-API-VERSION; Connection
                timeouts     connection 4.5 s, whole answer 42 s
                answer       Luna-Streams' answer

                """)
    }

    @Test func `A live preview has its own timeouts`() throws {
        let realm = try ExplainRealm()
        let live = try Self.answer(
            realm.explain("GET \(ExplainCase.one)/preview/handler/live", realm.fields("root"), ["--json"]))
        #expect(live["timeouts"]?["request_covers"]?.string == "head")
        #expect(live["timeouts"]?["sock_read"]?.integer == 60)
        #expect(live["separation"]?["reach"]?.string == "all_accounts")
        let call = try Self.answer(realm.explain("GET \(ExplainCase.streams)", realm.fields("root"), ["--json"]))
        #expect(call["timeouts"]?["request_covers"]?.string == "answer")
        #expect(call["timeouts"]?["sock_read"]?.isNull == true)
    }

    @Test func `The content that goes on has its own length`() throws {
        let realm = try ExplainRealm()
        for (content, rule, length) in [
            ("{}", "account_id_inserted", 53), (#"{"a":1}"#, "account_id_inserted", 59),
            (#"{"account_id":"\#(ExplainRealm.ann)"}"#, "unchanged", 53),
        ] {
            let result = try Self.answer(
                realm.explain(
                    "POST \(ExplainCase.streams)", realm.fields("ann") + [ExplainCase.json], content: content,
                    ["--json"]))
            #expect(result["separation"]?["content"]?.string == rule)
            let fields = result["upstream"]?["fields"]?.array ?? []
            let sent = fields.first { $0["name"]?.string == "Content-Length" }
            #expect(sent?["value"]?.string == String(length))
        }
    }

    @Test func `The members are always the same, in the same order`() throws {
        let realm = try ExplainRealm()
        let sections = ["request", "caller", "permission", "separation", "upstream", "timeouts", "answer"]
        for one in ExplainCase.all {
            let result = try Self.answer(
                realm.explain(
                    one.line, realm.fields(one.credentials) + one.fields, content: one.content, ["--json"]))
            #expect(result.object?.map(\.name) == sections, "\(one.name)")
            #expect(
                result["request"]?.object?.map(\.name) == [
                    "method", "route", "stream_id", "token_id", "api_version", "nearest_route", "client",
                    "trusted_proxy",
                ])
            #expect(
                result["caller"]?.object?.map(\.name) == [
                    "credentials", "token_id", "account_id", "login", "account_type", "visibility_area",
                    "expiration_time",
                ])
            #expect(result["separation"]?.object?.map(\.name) == ["reach", "query", "owner", "content"])
            #expect(
                result["answer"]?.object?.map(\.name) == ["from", "status", "error_code", "refused_by", "detail"])
        }
    }

    @Test func `A genuine token is named even where it is refused`() throws {
        let realm = try ExplainRealm()
        for name in ["expired", "deleted", "degraded", "view"] {
            let result = try Self.answer(
                realm.explain("GET \(ExplainCase.streams)", realm.fields(name), ["--json"]))
            #expect(result["caller"]?["token_id"]?.string == realm.tokenIDs[name])
        }
    }

    @Test func `Nothing secret is shown`() throws {
        let realm = try ExplainRealm()
        let camera = "rtsp://canary-user:canary-word@10.20.30.40/canary-path"
        let places = [
            "Cookie: canary=canary", "Proxy-Authorization: Basic canary", "X-Api-Key: canary",
            "Authorization-Copy: canary", "Luna-Request-Id: canary", "Forwarded: for=canary",
        ]
        let targets = [
            "\(ExplainCase.streams)?reference=\(camera)&canary&key=canary&Canary=canary&eyJcanary=&page=canary/1&account_id=canary",
            "\(ExplainCase.streams)?reference=\(camera)&token=canary&page=canary/1&canary", "/6/tokens/canary",
            "/canary", "\(ExplainCase.one)?canary", "http://canary:canary@h/", "/a canary",
            "\(ExplainCase.mount)/version?canary",
        ]
        let credentials =
            ["all", "view", "expired", "deleted", "degraded", "ann", "root"].map { realm.fields($0) } + [
                ["Authorization: Bearer canary.canary.canary"], ["Authorization: Basic canary"],
                ["Authorization: canary canary"], ["Authorization: canary"], ["Luna-Account-Id: canary"],
                ["Authorization : canary"], ["canary"],
                ["Authorization: Bearer canary", "Authorization: Basic canary"],
            ]
        let secrets =
            ["canary", "Y2FuYXJ5"] + realm.tokens.values + realm.fields("ann").map { String($0.dropFirst(21)) }
        for target in targets {
            for method in ["GET", "POST", "canary"] {
                for fields in credentials {
                    for json in [[], ["--json"]] {
                        let result = try realm.explain(
                            "\(method) \(target)", fields + places + [ExplainCase.json],
                            content: #"{"reference": "\#(camera)", "account_id": "canary"}"#,
                            json + ["--owner=\(ExplainRealm.ann)"])
                        #expect(result.exitCode == 0)
                        for secret in secrets {
                            #expect(
                                !(result.standardOutput + result.standardError).contains(secret),
                                "\(method) \(target): \(result.standardOutput)")
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: [
        ([], "--request is missing"),
        (["--request", "GET /", "--owner", "x"], #"--owner: found "x"; must be an account's UUID, or absent"#),
        (["--request", "GET /", "--request", "GET /"], "--request is given twice"),
        (["--request", "GET /", "--json=1"], "--json takes no value"),
        (["--request", "GET /", "--hedaer", "a: b"], "unknown option --hedaer; did you mean --header?"),
        (
            ["--request", "GET /", "--header", "A: b\r\n\r\nc: d"],
            "--request and --header hold an empty line, where the head would end"
        ),
        (
            ["--request", "GET /", "--content", "/nowhere"],
            #"--content: "/nowhere" can't be read: No such file or directory"#
        ),
        (
            ["--request", "GET /", "--header", "@/nowhere"],
            #"--header: "/nowhere" can't be read: No such file or directory"#
        ),
    ])
    func `A wrong command line is named`(_ arguments: [String], _ sentence: String) throws {
        let realm = try ExplainRealm()
        let result = ExplainCommand.run(arguments + ["--config", realm.settings])
        #expect(result.exitCode == 64)
        #expect(
            result.standardError == "streams-proxy explain: \(sentence)\nTry: streams-proxy explain --help\n")
        #expect(result.standardOutput == "")
    }

    @Test func `Content that is not what the head announces is no one request`() throws {
        let realm = try ExplainRealm()
        for field in ["Content-Length: 3", "Content-Length: 0"] {
            #expect(try realm.explain("GET /version", [field], content: "ab").exitCode == 64)
        }
    }

    @Test func `Field lines come from a file too`() throws {
        let realm = try ExplainRealm()
        let folder = try TemporaryFolder()
        let token = try #require(realm.tokens["view"])
        let file = try folder.write("fields", "Authorization: Bearer \(token)\r\n\nAccept: a/b\n")
        let result = try Self.answer(realm.explain("GET \(ExplainCase.streams)", ["@\(file)"], ["--json"]))
        #expect(result["caller"]?["token_id"]?.string == realm.tokenIDs["view"])
        #expect(result["upstream"]?["fields"]?.array?.contains { $0["value"]?.string == "a/b" } == true)
    }

    @Test func `Wrong settings and accounts explain nothing`() throws {
        let folder = try TemporaryFolder()
        let wrong = try folder.write("config.json", "{}")
        #expect(ExplainCommand.run(["--request", "GET /", "--config", wrong]).exitCode == 78)
        let realm = try ExplainRealm(settings: #""CONFIG_AUTHORIZATION_USERS": "config.json","#)
        let result = try realm.explain("GET /version")
        #expect(result.exitCode == 78)
        #expect(result.standardOutput == "" && !result.standardError.isEmpty)
    }

    @Test func `Without an accounts file nobody passes`() throws {
        let realm = try ExplainRealm(settings: #""CONFIG_AUTHORIZATION_USERS": "none.json","#)
        let result = try realm.explain("GET \(ExplainCase.streams)", realm.fields("all"), ["--json"])
        #expect(result.standardError.contains("not there, so nobody can pass yet"))
        let answer = try JSONParser.parse(Array(result.standardOutput.utf8))["answer"]
        #expect(answer?["error_code"]?.integer == 11062)
    }

    @Test func `Help is no error`() {
        #expect(ExplainCommand.run(["--help"]) == CommandResult(exitCode: 0, standardOutput: ExplainCommand.usage))
    }
}

extension JSONNode {
    fileprivate var isNull: Bool { if case .null = value { true } else { false } }
}
