import Auth
import Glibc
import HTTPCore
import JSON
import StreamsProxy
import Testing

/// What the content of a request for a token may be.
@Suite struct TokensAPIContentTests {
    private typealias Caller = TokensRealm.Caller

    private static let changing: [(HTTPCore.Method, TokensResource)] = [
        (.post, .tokens), (.put, .token(Caller.user.tokenID)), (.patch, .token(Caller.user.tokenID)),
    ]

    /// A value that stands as `permissions`, and is written the way the proxy writes it.
    @Test(arguments: [
        #"{}"#, #"{"streams":[]}"#, #"{"streams":["view","creation"],"event":["view"]}"#,
        #"{"custom":{"limit":1.50,"big":12345678901234567890123,"e":1E+2,"minus":-0,"flag":true,"none":null}}"#,
        #"{"":[[],{}," "],"Streams":"all","emit-events":{"white_list":["ümlaut ☃ 😀 \" \\ \n \u0001"]}}"#,
    ])
    func customKeysStayAsGiven(_ permissions: String) throws {
        let realm = try TokensRealm()
        let (id, _) = try realm.create("{\"permissions\": \(permissions)}")
        func shown() -> String { String(decoding: realm.answer(.get, .token(id)).content, as: UTF8.self) }
        #expect(shown().contains("\"permissions\":\(permissions),"))
        // What has been read from the file and written to it again is still the same.
        #expect(realm.answer(.patch, .token(id), #"{"description": "again"}"#).status == 204)
        #expect(shown().contains("\"permissions\":\(permissions),"))
    }

    /// Content → the code, and the path that 12022 names; the same for every method that has content.
    @Test(
        arguments: [
            ("", 12027, nil), ("{", 12027, nil), ("{}x", 12027, nil), ("\u{FEFF}{}", 12027, nil),
            (#"{"description": "a", "description": "b"}"#, 12027, nil),
            (#"{"description": "a", "d\u0065scription": "b"}"#, 12027, nil),
            ("[]", 12022, ""), ("null", 12022, ""), (#""x""#, 12022, ""),
            (#"{"permissions": {}, "token": "x"}"#, 12022, "token"),
            (#"{"permissions": {}, "account_id": "x"}"#, 12022, "account_id"),
            (#"{"permissions": {}, "Description": "x"}"#, 12022, "Description"),
            (#"{"permissions": {}, "a b": "x"}"#, 12022, #"["a b"]"#),
            (#"{"permissions": {}, "description": null}"#, 12022, "description"),
            (#"{"permissions": {}, "description": 1}"#, 12022, "description"),
            (#"{"permissions": {}, "visibility_area": "everything"}"#, 12022, "visibility_area"),
            (#"{"permissions": {}, "visibility_area": null}"#, 12022, "visibility_area"),
            (#"{"permissions": {}, "expiration_time": "tomorrow"}"#, 12022, "expiration_time"),
            (#"{"permissions": {}, "expiration_time": 1767225600}"#, 12022, "expiration_time"),
            (#"{"permissions": {}, "expiration_time": "2030-02-30T00:00:00Z"}"#, 12022, "expiration_time"),
            (#"{"permissions": null}"#, 12022, "permissions"), (#"{"permissions": []}"#, 12022, "permissions"),
            (#"{"permissions": {"streams": "view"}}"#, 12022, "permissions.streams"),
            (#"{"permissions": {"streams": ["view", "all"]}}"#, 12022, "permissions.streams[1]"),
            (#"{"permissions": {"streams": ["View"]}}"#, 12022, "permissions.streams[0]"),
            (#"{"permissions": {"streams": [null]}}"#, 12022, "permissions.streams[0]"),
        ] as [(String, Int, String?)])
    func contentThatIsNoTokenIsRefused(_ content: String, _ code: Int, _ path: String?) throws {
        let realm = try TokensRealm()
        let before = try realm.bytes()
        for (method, resource) in Self.changing {
            let answer = realm.answer(method, resource, content)
            #expect(answer.status == 400 && answer.errorCode == code, "\(method)")
            let start = path.map { "Failed to validate input json. Path: '\($0)' message: '" }
            #expect(try answer.detail.hasPrefix(start ?? "Failed to validate input json. Message: "), "\(method)")
            #expect(
                try answer.json["link"]?.string
                    == "https://docs.visionlabs.ai/info/luna/troubleshooting/errors-description/code-\(code)")
        }
        #expect(try realm.bytes() == before, "nothing has changed")
    }

    @Test func permissionsMustBeNamedButWhereTheyAreKept() throws {
        let realm = try TokensRealm()
        for (method, resource) in Self.changing {
            let answer = realm.answer(method, resource, #"{"description": "d"}"#)
            if method == .patch {
                #expect(answer.status == 204)
            } else {
                #expect(try answer.errorCode == 12022 && answer.detail.contains("Path: 'permissions'"), "\(method)")
            }
        }
        #expect(realm.answer(.patch, .token(Caller.user.tokenID), "{}").status == 204)
    }

    /// What a member that is left out comes to, by method.
    @Test func membersThatAreLeftOut() throws {
        let realm = try TokensRealm()
        let id = Caller.admin.tokenID
        let full =
            #"{"description": "d", "expiration_time": "2030-01-31T02:00:00+02:00", "visibility_area": "all", "#
            + #""permissions": {"streams": ["view"]}}"#
        let rest = #"{"permissions": {}}"#
        func shown() throws -> [String?] {
            let token = try realm.answer(.get, .token(id), by: .admin).json
            return ["description", "expiration_time", "visibility_area"].map { token[$0]?.string }
        }
        #expect(realm.answer(.put, .token(id), full, by: .admin).status == 204)
        #expect(try shown() == ["d", "2030-01-31T00:00:00Z", "all"])
        #expect(realm.answer(.patch, .token(id), rest, by: .admin).status == 204)
        #expect(try shown() == ["d", "2030-01-31T00:00:00Z", "all"])
        #expect(realm.answer(.put, .token(id), rest, by: .admin).status == 204)
        #expect(try shown() == ["", nil, "account"])
        #expect(realm.answer(.patch, .token(id), full, by: .admin).status == 204)
        #expect(try shown() == ["d", "2030-01-31T00:00:00Z", "all"])
        #expect(realm.answer(.patch, .token(id), #"{"expiration_time": null}"#, by: .admin).status == 204)
        #expect(try shown() == ["d", nil, "all"])
    }

    @Test(
        arguments: [
            ("application/json", true), ("Application/JSON", true),
            ("application/json; charset=utf-8", true), ("application/json;charset=\"UTF-8\"", true),
            ("application/json; version=1", true), ("application/json; version=\"1\"", false),
            ("application/json;", true),
            (nil, false), ("", false), ("text/plain", false), ("application/jsonp", false),
            ("application/json2", false),
            ("application/merge-patch+json", false), ("application/x-www-form-urlencoded", false),
            ("application/json; charset=utf-16", false), ("application/json; charset=utf-8; charset=latin1", false),
            ("text/plain; application/json", false), ("application/json, text/plain", false),
        ] as [(String?, Bool)])
    func contentIsJSONByItsType(_ type: String?, _ isRead: Bool) throws {
        let realm = try TokensRealm()
        for (method, resource) in Self.changing {
            let answer = realm.answer(method, resource, #"{"permissions": {}}"#, contentType: type)
            #expect(answer.errorCode == (isRead ? nil : 12017), "\(method)")
            #expect(isRead || answer.status == 400)
        }
        #expect(realm.answer(.get, .tokens, contentType: type).status == 200, "no content, no type")
    }

    // MARK: - Bounds: all accounts share one file

    @Test func valuesAreBounded() throws {
        func nested(_ depth: Int) -> String {
            #"{"permissions": {"x": "# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
                + "}}"
        }
        func long(_ count: Int) -> String {
            #"{"permissions": {"x": ""# + String(repeating: "x", count: count) + #""}}"#
        }
        func described(_ count: Int) -> String {
            #"{"permissions": {}, "description": ""# + String(repeating: "ü", count: count) + #""}"#
        }
        // {"x":"…"} has eight bytes of its own.
        let cases: [(String, Int?)] = [
            (nested(31), nil), (nested(32), 12027), (nested(400_000), 12027), (long(8184), nil), (long(8185), 12022),
            (described(128), nil), (described(129), 12022), (long(1 << 20), 12046),
        ]
        for (content, code) in cases {
            let realm = try TokensRealm()
            for (method, resource) in Self.changing {
                let answer = realm.answer(method, resource, content)
                #expect(answer.errorCode == code, "\(method), \(content.utf8.count) bytes: \(content.prefix(30))")
                #expect(code != 12046 || answer.status == 413)
            }
            _ = try realm.document()
        }
    }

    @Test func anAccountHasSoManyTokensAndNoMore() throws {
        let realm = try TokensRealm()
        try realm.file.update { (document: inout AccountsDocument) throws(Never) in
            document.tokens += (1...998).map {
                TokenRecord(
                    id: UniqueID(high: 7, low: $0), accountID: Caller.user.accountID, description: "",
                    permissions: .none, visibility: .account, expires: nil, created: TokensRealm.now)
            }
        }
        let post = { (caller: Caller) in realm.answer(.post, .tokens, #"{"permissions": {}}"#, by: caller) }
        #expect(post(.user).status == 201)
        #expect(post(.user).status == 403 && post(.user).errorCode == 12033)
        #expect(post(.stranger).status == 201, "others are not touched by it")
        #expect(realm.answer(.delete, .token(Caller.user.tokenID)).status == 204)
        #expect(post(.user).status == 201)
    }

    /// The last line: whatever a change is, it does not lock everybody out.
    @Test func aChangeThatCouldNotBeReadBackIsNotMade() throws {
        let realm = try TokensRealm()
        let before = try realm.bytes()
        let brackets = String(repeating: "[", count: 62) + String(repeating: "]", count: 62)
        let deep = try TokenPermissions(JSONParser.parse(Array(#"{"x": \#(brackets)}"#.utf8)))
        #expect(throws: AccountsFile.UpdateFailure<Never>.self) {
            try realm.file.update { (document: inout AccountsDocument) throws(Never) in
                document.tokens[0].permissions = deep
            }
        }
        #expect(try realm.bytes() == before)
        // Nor by the command line, which says why.
        let result = TokenCommand.run([
            "create", "--login", Caller.user.login, "--permissions", #"{"x": \#(brackets)}"#,
        ]) { [path = realm.file.path] _ in .found(path: path) }
        #expect(result.exitCode == 65 && result.standardError.contains("nested more than 32 deep"))
        #expect(try realm.bytes() == before)
    }

    /// Two that reach the file by different names must not change it at the same time.
    @Test func thereIsOneLockByWhateverLinkTheFileIsReached() throws {
        let realm = try TokensRealm()
        let link = "\(realm.file.path).link"
        try #require(symlink(realm.file.path, link) == 0)
        defer { unlink(link) }
        unlink("\(realm.file.path).lock")
        try AccountsFile(path: link).update { (document: inout AccountsDocument) throws(Never) in
            document.tokens.removeAll()
        }
        #expect(try realm.document().tokens.isEmpty)
        #expect(access("\(realm.file.path).lock", F_OK) == 0 && access("\(link).lock", F_OK) != 0)
    }
}
