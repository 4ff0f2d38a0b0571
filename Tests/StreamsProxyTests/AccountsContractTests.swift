import Auth
import HTTPCore
import JSON
import StreamsProxy
import Testing

/// What Luna-Accounts is asked, and what its answers mean.
struct AccountsContractTests {
    static let accountID = "11111111-2222-4333-8444-555555555555"
    private static let tokenID = "99999999-2222-4333-8444-555555555555"
    private static let now: Int64 = 1_900_000_000_000

    private static func contract(
        _ change: (inout VerificationSettings) -> Void = { _ in }
    ) -> AccountsContract {
        var service = AccountsServiceSettings(
            address: UpstreamAddress(isSecure: true, host: "::1", port: 5170, basePath: "/luna", apiVersion: 1))
        service.requestTimeout = .milliseconds(700)
        service.connectTimeout = .milliseconds(300)
        change(&service.verification)
        return AccountsContract(service)
    }

    private static func question(_ kind: CredentialKind) -> ServiceQuestion {
        let value: [UInt8] =
            switch kind {
            case .basic: Array("basic YW5uOnB3OiLDqVw=".utf8)  // ann:pw:"é\
            case .token: Array("bearer a.b-c".utf8)
            case .accountHeader: Array(accountID.uppercased().utf8)
            }
        let range = 0..<value.count
        return Authenticator(serviceAllowingAccountHeader: true).question(
            head: value.span, authorization: kind == .accountHeader ? nil : range,
            accountHeader: kind == .accountHeader ? range : nil)!
    }

    // MARK: Questions

    private static let byField: [(kind: CredentialKind, name: String, value: String)] = [
        (.basic, "Authorization", "Basic YW5uOnB3OiLDqVw="),
        (.token, "Authorization", "Bearer a.b-c"),
        (.accountHeader, "Luna-Account-Id", accountID.uppercased()),
    ]

    @Test(arguments: byField)
    func `The credential travels in its own field`(_ row: (kind: CredentialKind, name: String, value: String)) {
        let request = Self.contract().request(Self.question(row.kind))
        #expect(request.method == "POST")
        #expect(request.url == "https://[::1]:5170/luna/1/verifier")
        #expect(
            request.fields.map { "\($0.name): \(String(decoding: $0.value, as: UTF8.self))" }
                == ["Accept: application/json", "\(row.name): \(row.value)"])
        #expect(request.content == [])
        #expect(request.timeout == Interval(.milliseconds(700)))
        #expect(request.connectTimeout == Interval(.milliseconds(300)))
        #expect(request.maximumAnswer == 65536)
    }

    @Test func `GET has no content`() {
        let request = Self.contract {
            $0.method = .get
            $0.path = "/verify/it"
        }.request(Self.question(.token))
        #expect(request.method == "GET")
        #expect(request.content == nil)
        #expect(request.url == "https://[::1]:5170/luna/1/verify/it")
    }

    private static let byMembers: [(kind: CredentialKind, json: String, named: String, whole: String)] = [
        (
            .basic, #"{"login":"ann","password":"pw:\"é\\"}"#, #"{"user":"ann","secret":"pw:\"é\\"}"#,
            #"{"auth":"Basic YW5uOnB3OiLDqVw="}"#
        ),
        (.token, #"{"token":"a.b-c"}"#, #"{"jwt":"a.b-c"}"#, #"{"auth":"Bearer a.b-c"}"#),
        (
            .accountHeader, #"{"account_id":"\#(accountID)"}"#, #"{"id":"\#(accountID)"}"#,
            #"{"account_id":"\#(accountID)"}"#
        ),
    ]

    @Test(arguments: byMembers)
    func `The credential travels as JSON`(
        _ row: (kind: CredentialKind, json: String, named: String, whole: String)
    ) throws {
        func content(_ change: (inout VerificationSettings.JSONFields) -> Void) throws -> String {
            let request = Self.contract {
                $0.carrier = .json
                change(&$0.jsonFields)
            }.request(Self.question(row.kind))
            #expect(request.fields.map(\.name) == ["Accept", "Content-Type"])
            return String(decoding: try #require(request.content), as: UTF8.self)
        }
        #expect(try content { _ in } == row.json)
        #expect(
            try content {
                $0.login = "user"
                $0.password = "secret"
                $0.token = "jwt"
                $0.accountID = "id"
            } == row.named)
        #expect(try content { $0.authorization = "auth" } == row.whole)
    }

    @Test func `A question can't be printed`() {
        for kind in [CredentialKind.basic, .token] {
            for carrier in VerificationSettings.Carrier.allCases {
                let request = Self.contract { $0.carrier = carrier }.request(Self.question(kind))
                var dumped = ""
                dump(request, to: &dumped)
                for text in [String(describing: request), String(reflecting: request), "\(request)", dumped] {
                    for secret in ["YW5uOnB3", "pw:", "a.b-c", "97, 46, 98", "112, 119"] {
                        #expect(!text.contains(secret))
                    }
                }
            }
        }
    }

    // MARK: Answers

    private static func decision(
        _ kind: CredentialKind, _ status: Int, _ content: String,
        _ change: (inout VerificationSettings) -> Void = { _ in }
    ) -> Decision {
        contract(change).decision(
            question(kind), .answered(status: status, content: Array(content.utf8)), now: now)
    }

    private static func principal(
        _ type: AccountType = .user, _ kind: CredentialKind = .token, tokenID: String? = nil, _ verbs: VerbSet = [],
        _ visibility: Visibility = .account, expires: Int64? = nil
    ) -> Decision {
        .allowed(
            Principal(
                accountID: UniqueID(accountID)!, accountType: type, kind: kind,
                tokenID: tokenID.flatMap { UniqueID($0) }, verbs: verbs, visibility: visibility, expires: expires))
    }

    private static let unreadable = Decision.unavailable(.accountsUnreadable)
    private static let unreachable = Decision.unavailable(.accountsUnreachable)
    private static let failing = Decision.unavailable(.accountsFailing)

    /// What stands beside `account_id` in an answer about a token.
    private static let tokens: [(members: String, decision: Decision)] = [
        ("", principal()),
        (#""token_id": "\#(tokenID)""#, principal(tokenID: tokenID)),
        (#""account_type": "user""#, principal(.user)),
        (#""account_type": "advanced_user""#, principal(.advancedUser)),
        (#""account_type": "admin""#, principal(.admin)),
        (#""account_type": null, "token_id": null, "permissions": null, "visibility_area": null"#, principal()),
        (#""expiration_time": null, "login": {"x": [1]}"#, principal()),
        (#""permissions": {}"#, principal()),
        (#""permissions": {"streams": null}"#, principal()),
        (#""permissions": {"streams": []}"#, principal()),
        (#""permissions": {"streams": ["view"], "face": ["creation"], "x": 1}"#, principal([VerbSet(.view)])),
        (#""permissions": {"streams": ["creation","view","modification","deletion"]}"#, principal(VerbSet.all)),
        (#""permissions": {"streams": ["view", "matching", "View"]}"#, principal([VerbSet(.view)])),
        (#""visibility_area": "account""#, principal()),
        (#""account_type": "admin", "visibility_area": "all""#, principal(.admin, [], .all)),
        (#""account_type": "advanced_user", "visibility_area": "all""#, principal(.advancedUser, [], .all)),
        (#""account_type": "user", "visibility_area": "all""#, .forbidden(.visibilityNotAllowed)),
        (#""visibility_area": "all""#, .forbidden(.visibilityNotAllowed)),
        (#""expiration_time": "2100-01-01T00:00:00Z""#, principal(expires: 4_102_444_800)),
        (#""expiration_time": "2100-01-01T03:00:00.5+03:00""#, principal(expires: 4_102_444_800)),
        (#""expiration_time": 4102444800"#, principal(expires: 4_102_444_800)),
        (#""expiration_time": 4102444800.9"#, principal(expires: 4_102_444_800)),
        (#""expiration_time": 1900000001"#, principal(expires: 1_900_000_001)),
        (#""expiration_time": 1900000000"#, .unauthenticated(.tokenExpired)),
        (#""expiration_time": "1970-01-01T00:00:00Z", "visibility_area": "all""#, .unauthenticated(.tokenExpired)),
        (#""expiration_time": -1"#, .unauthenticated(.tokenExpired)),

        (#""account_type": "root""#, unreadable), (#""account_type": 1"#, unreadable),
        (#""token_id": "x""#, unreadable), (#""token_id": 1"#, unreadable),
        (#""permissions": []"#, unreadable), (#""permissions": {"streams": "view"}"#, unreadable),
        (#""permissions": {"streams": {}}"#, unreadable), (#""permissions": {"streams": true}"#, unreadable),
        (#""permissions": {"streams": ["view", 1]}"#, unreadable), (#""permissions": "all""#, unreadable),
        (#""visibility_area": "everything""#, unreadable), (#""visibility_area": true"#, unreadable),
        (#""expiration_time": "tomorrow""#, unreadable), (#""expiration_time": 1e300"#, unreadable),
        (#""expiration_time": true"#, unreadable), (#""expiration_time": {}"#, unreadable),
        (#""account_id": "\#(tokenID)""#, unreadable),
    ]

    private static func principal(_ verbs: VerbSet) -> Decision { principal(.user, .token, verbs) }
    private static func principal(_ type: AccountType, _ verbs: VerbSet, _ visibility: Visibility) -> Decision {
        principal(type, .token, verbs, visibility)
    }

    @Test(arguments: tokens)
    func `An answer about a token is read`(_ row: (members: String, decision: Decision)) {
        let comma = row.members.isEmpty ? "" : ", "
        let content = #"{"account_id": "\#(Self.accountID)"\#(comma)\#(row.members)}"#
        for status in [200, 201] {
            #expect(Self.decision(.token, status, content) == row.decision, "\(row.members)")
        }
    }

    @Test func `A login needs no permissions and has no end`() {
        let content = """
            {"account_id": "\(Self.accountID)", "account_type": "admin", "permissions": {"streams": []},
            "visibility_area": "all", "expiration_time": 1, "token_id": "\(Self.tokenID)"}
            """
        #expect(Self.decision(.basic, 200, content) == Self.principal(.admin, .basic, .all))
        #expect(Self.decision(.accountHeader, 200, content) == Self.principal(.admin, .accountHeader, .all))
    }

    @Test func `An answer about another account than the one asked for is none`() {
        let content = #"{"account_id": "\#(Self.tokenID)"}"#
        #expect(Self.decision(.accountHeader, 200, content) == Self.unreadable)
    }

    @Test func `Members are found where the settings say`() {
        let content = """
            {"account": {"id": "\(Self.accountID)", "type": "admin"},
             "token": {"id": "\(Self.tokenID)", "rights": {"streams": ["view"]}, "area": "all", "end": 4102444800},
             "account_id": "x", "account_type": 5, "permissions": 5}
            """
        let decision = Self.decision(.token, 200, content) {
            $0.answerFields.accountID = MemberPath(["account", "id"])
            $0.answerFields.accountType = MemberPath(["account", "type"])
            $0.answerFields.tokenID = MemberPath(["token", "id"])
            $0.answerFields.permissions = MemberPath(["token", "rights"])
            $0.answerFields.visibilityArea = MemberPath(["token", "area"])
            $0.answerFields.expirationTime = MemberPath(["token", "end"])
        }
        #expect(
            decision
                == Self.principal(
                    .admin, .token, tokenID: Self.tokenID, [VerbSet(.view)], .all, expires: 4_102_444_800))
        let missing = Self.decision(.token, 200, content) { $0.answerFields.accountID = MemberPath(["account", "x"]) }
        #expect(missing == Self.unreadable)
        let through = Self.decision(.token, 200, content) {
            $0.answerFields.accountID = MemberPath(["account", "id", "x"])
        }
        #expect(through == Self.unreadable)
    }

    private static let garbage = [
        "", "null", "[]", "5", "\"\(accountID)\"", "{", "{}", #"{"account_id": null}"#, #"{"account_id": 5}"#,
        #"{"account_id": "x"}"#, #"{"account_id": "11111111-2222-4333-8444-5555555555555"}"#,
        #"{"account_id": "\#(accountID)"} "# + "x", #"{"account_id": "\#(accountID)", "account_id": "\#(accountID)"}"#,
        "\u{FEFF}" + #"{"account_id": "\#(accountID)"}"#, "<html>", String(repeating: "[", count: 60_000),
    ]

    @Test(arguments: garbage)
    func `What can't be read lets nobody pass and refuses nobody`(_ content: String) {
        for kind in [CredentialKind.basic, .token, .accountHeader] {
            #expect(Self.decision(kind, 200, content) == Self.unreadable)
        }
    }

    private static let unknown: [(kind: CredentialKind, reason: Unauthenticated)] = [
        (.basic, .wrongLoginOrPassword), (.token, .tokenUnknown), (.accountHeader, .unknownAccount),
    ]

    /// For a token; another kind is simply not known.
    private static let codes: [(code: Int, reason: Unauthenticated)] = [
        (41005, .tokenUnknown), (41006, .tokenUnknown), (41007, .tokenExpired), (41008, .tokenCorrupted),
    ]

    @Test(arguments: [400, 401, 403, 404])
    func `A refusal is told by its code`(_ status: Int) {
        for (code, reason) in Self.codes {
            let content = #"{"error_code": \#(code), "desc": "x"}"#
            #expect(Self.decision(.token, status, content) == .unauthenticated(reason))
            #expect(Self.decision(.basic, status, content) == .unauthenticated(.wrongLoginOrPassword))
            #expect(Self.decision(.accountHeader, status, content) == .unauthenticated(.unknownAccount))
        }
        let corrupted = #"{"error_code": 11062}"#
        #expect(
            Self.decision(.token, status, corrupted)
                == (status == 403 ? .forbidden(.visibilityNotAllowed) : .unauthenticated(.tokenCorrupted)))
        #expect(Self.decision(.basic, status, corrupted) == .unauthenticated(.wrongLoginOrPassword))
        for (kind, reason) in Self.unknown {
            // Another of Luna-Accounts' codes: that it is no code of the path or the content is all that is known.
            #expect(
                Self.decision(kind, status, #"{"error_code": 41003}"#)
                    == (status == 400 ? Self.unreadable : .unauthenticated(reason)))
        }
    }

    @Test func `Without a code of its own only 401 refuses`() {
        for (kind, reason) in Self.unknown {
            for content in ["", "<html>", #"{"error_code": 12013}"#, #"{"error_code": "41005"}"#, "[]"] {
                #expect(Self.decision(kind, 401, content) == .unauthenticated(reason))
                for status in [400, 403, 404] { #expect(Self.decision(kind, status, content) == Self.unreadable) }
            }
        }
    }

    @Test func `Other answers refuse nobody`() {
        let account = #"{"account_id": "\#(Self.accountID)"}"#
        for content in [account, #"{"error_code": 41005}"#] {
            for status in [408, 429, 500, 502, 503, 504, 599] {
                #expect(Self.decision(.token, status, content) == Self.failing)
            }
            for status in [0, 100, 199, 300, 302, 304, 402, 405, 410, 600] {
                #expect(Self.decision(.token, status, content) == Self.unreadable)
            }
        }
        // No connection came about, or one that failed with this question.
        let failures: [(decision: Decision, failures: [UpstreamFailure])] = [
            (Self.unreachable, [.unreachable, .tls, .certificate, .connectTimeout, .sockConnectTimeout]),
            (
                Self.failing,
                [
                    .disconnected, .unreadable(.malformedStatusLine), .requestTimeout, .silence, .unaskedUpgrade,
                    .tooManyInterimAnswers,
                ]
            ),
        ]
        for (decision, failures) in failures {
            for failure in failures {
                let answer = ControlAnswer.failed(failure)
                #expect(Self.contract().decision(Self.question(.token), answer, now: Self.now) == decision)
            }
        }
        let tooLong = ControlAnswer.failed(.unreadable(.contentTooLong))
        #expect(Self.contract().decision(Self.question(.token), tooLong, now: Self.now) == Self.unreadable)
    }
}
