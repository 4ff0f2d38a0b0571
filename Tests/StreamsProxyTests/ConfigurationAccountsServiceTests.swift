import StreamsProxy
import Testing

/// The settings of Luna-Accounts and of what is remembered of its answers.
struct ConfigurationAccountsServiceTests {
    private static func read(_ members: String, plugin: String = "") -> ConfigurationResult {
        let text = """
            {
            \(members)"LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {
            \(plugin)"luna-streams-address": {"origin": "http://localhost:5160"}}}
            }
            """
        return ConfigurationReader.read(text: Array(text.utf8), file: "/etc/config.json")
    }

    private static func configuration(_ members: String, plugin: String = "") throws -> Configuration {
        switch read(members, plugin: plugin) {
        case .valid(let configuration): return configuration
        case .invalid(let problems): throw Unexpected(problems: problems)
        }
    }

    private struct Unexpected: Error {
        let problems: [ConfigurationProblem]
    }

    private static let on = #""ADDITIONAL_SERVICES_USAGE": {"LUNA_ACCOUNTS": 1}, "#
    private static let address = #""LUNA_ACCOUNTS_ADDRESS": {"origin": "http://127.0.0.1:5170/1"}, "#

    @Test(arguments: [
        "", #""ADDITIONAL_SERVICES_USAGE": {}, "#, #""ADDITIONAL_SERVICES_USAGE": {"LUNA_ACCOUNTS": 0}, "#, address,
    ])
    func `Luna-Accounts decides only where it is switched on`(_ members: String) throws {
        #expect(try Self.configuration(members).accountsService == nil)
    }

    @Test func `The least settings have the documented defaults`() throws {
        let configuration = try Self.configuration(Self.on + Self.address)
        let service = try #require(configuration.accountsService)
        #expect(service.url == "http://127.0.0.1:5170/1/verifier")
        #expect(service.connectTimeout == .seconds(2))
        #expect(service.requestTimeout == .seconds(5))
        #expect(service.verification == VerificationSettings())
        #expect(service.verification.method == .post)
        #expect(service.verification.carrier == .header)
        let answer = service.verification.answerFields
        #expect(
            [
                answer.accountID, answer.accountType, answer.tokenID, answer.permissions, answer.visibilityArea,
                answer.expirationTime,
            ].map(\.description) == [
                "account_id", "account_type", "token_id", "permissions", "visibility_area", "expiration_time",
            ])
        #expect(configuration.decisionCache.lifetime == .seconds(10))
        #expect(configuration.decisionCache.refusalLifetime == .seconds(1))
        #expect(configuration.decisionCache.capacity == 4096)
        #expect(configuration.decisionCache.staleReads == .zero)
    }

    @Test func `Every setting is read`() throws {
        let configuration = try Self.configuration(
            Self.on + """
                "LUNA_ACCOUNTS_ADDRESS": {"origin": "https://[::1]/luna/2/", "api_version": 2},
                "LUNA_ACCOUNTS_TIMEOUTS": {"request": 0.5, "connect": 0.25},
                "LUNA_ACCOUNTS_VERIFICATION": {
                  "path": "/verify/credentials", "method": "POST", "credential": "json",
                  "json_fields": {"login": "user", "password": "pass", "token": "jwt", "account_id": "id"},
                  "answer_fields": {
                    "account_id": "account.id", "account_type": "account.type", "token_id": "token.id",
                    "permissions": "token.rights.all", "visibility_area": "area", "expiration_time": "token.end"}},
                """,
            plugin: #""decision-cache": {"ttl": 2.5, "negative_ttl": 0.1, "capacity": 16, "stale_reads": 60}, "#)
        let service = try #require(configuration.accountsService)
        #expect(service.url == "https://[::1]/luna/2/verify/credentials")
        #expect(service.requestTimeout == .milliseconds(500))
        #expect(service.connectTimeout == .milliseconds(250))
        let verification = service.verification
        #expect(verification.carrier == .json)
        #expect(verification.jsonFields.authorization == nil)
        #expect(verification.jsonFields.login == "user")
        #expect(verification.jsonFields.password == "pass")
        #expect(verification.jsonFields.token == "jwt")
        #expect(verification.jsonFields.accountID == "id")
        #expect(verification.answerFields.accountID.names == ["account", "id"])
        #expect(verification.answerFields.accountType.names == ["account", "type"])
        #expect(verification.answerFields.tokenID.names == ["token", "id"])
        #expect(verification.answerFields.permissions.names == ["token", "rights", "all"])
        #expect(verification.answerFields.visibilityArea.names == ["area"])
        #expect(verification.answerFields.expirationTime.names == ["token", "end"])
        #expect(configuration.decisionCache.lifetime == .milliseconds(2500))
        #expect(configuration.decisionCache.refusalLifetime == .milliseconds(100))
        #expect(configuration.decisionCache.capacity == 16)
        #expect(configuration.decisionCache.staleReads == .seconds(60))
    }

    @Test func `The whole Authorization value may be one member`() throws {
        let members =
            Self.on + Self.address
            + #""LUNA_ACCOUNTS_VERIFICATION": {"credential": "json", "json_fields": {"authorization": "auth"}}, "#
        let fields = try #require(try Self.configuration(members).accountsService).verification.jsonFields
        #expect(fields.authorization == "auth")
    }

    private static let verification = "LUNA_ACCOUNTS_VERIFICATION"

    private static let problems: [(member: String, problem: String)] = [
        (
            #""ADDITIONAL_SERVICES_USAGE": {"LUNA_ACCOUNTS": 2}, "#,
            "2:48: ADDITIONAL_SERVICES_USAGE.LUNA_ACCOUNTS: found 2; must be 0 or 1, false or true"
        ),
        (
            #""ADDITIONAL_SERVICES_USAGE": {"LUNA_ACCOUNT": 1}, "#,
            #"2:31: ADDITIONAL_SERVICES_USAGE.LUNA_ACCOUNT: unknown setting; did you mean "LUNA_ACCOUNTS"?"#
        ),
        (on, "1:1: LUNA_ACCOUNTS_ADDRESS: missing; ADDITIONAL_SERVICES_USAGE.LUNA_ACCOUNTS is on"),
        (
            on + #""LUNA_ACCOUNTS_ADDRESS": {}, "#,
            #"2:77: LUNA_ACCOUNTS_ADDRESS.origin: missing; the URL of Luna-Accounts, such as "http://127.0.0.1:5170/1""#
        ),
        (
            #""LUNA_ACCOUNTS_ADDRESS": {"origin": "http://u:secret@h"}, "#,
            #"2:37: LUNA_ACCOUNTS_ADDRESS.origin: found "http://***@h"; must have no login or password before '@': "#
                + "Luna-Accounts asks for none"
        ),
        (
            #""LUNA_ACCOUNTS_TIMEOUTS": {"request": 0}, "#,
            "2:39: LUNA_ACCOUNTS_TIMEOUTS.request: found 0; must be a number of seconds above 0, at most 86400"
        ),
        (
            #""LUNA_ACCOUNTS_VERIFICATION": {"path": "verifier"}, "#,
            #"2:40: \#(verification).path: found "verifier"; must be a path that starts with '/' and does not end "#
                + "in one, of letters, digits, '-', '.', '_' and '~'"
        ),
        (
            #""LUNA_ACCOUNTS_VERIFICATION": {"method": "PUT"}, "#,
            #"2:42: \#(verification).method: found "PUT"; must be "GET" or "POST""#
        ),
        (
            #""LUNA_ACCOUNTS_VERIFICATION": {"credential": "query"}, "#,
            #"2:46: \#(verification).credential: found "query"; must be "header" or "json""#
        ),
        (
            #""LUNA_ACCOUNTS_VERIFICATION": {"credential": "json", "method": "GET"}, "#,
            #"2:64: \#(verification).method: found "GET"; must be "POST" where the credential is sent as "json": "#
                + "GET has no content"
        ),
        (
            #""LUNA_ACCOUNTS_VERIFICATION": {"json_fields": {"token": ""}}, "#,
            #"2:57: \#(verification).json_fields.token: found ""; must be a member's name, of 1 to 64 bytes"#
        ),
        (
            #""LUNA_ACCOUNTS_VERIFICATION": {"json_fields": {"token": "t", "authorization": "a"}}, "#,
            #"2:57: \#(verification).json_fields.token: found "t"; must not be set beside "authorization", "#
                + "which sends the credential whole"
        ),
        (
            #""LUNA_ACCOUNTS_VERIFICATION": {"json_fields": {"login": "password"}}, "#,
            #"2:57: \#(verification).json_fields.login: found "password"; must not name login and password alike"#
        ),
        (
            #""LUNA_ACCOUNTS_VERIFICATION": {"answer_fields": {"account_id": "a..b"}}, "#,
            #"2:64: \#(verification).answer_fields.account_id: found "a..b"; must be a member's name, "#
                + "or names from the outside in with dots between"
        ),
        (
            #""LUNA_ACCOUNTS_VERIFICATION": {"answer_fields": {"visibility": "a"}}, "#,
            #"2:50: \#(verification).answer_fields.visibility: unknown setting; did you mean "visibility_area"?"#
        ),
    ]

    @Test(arguments: problems)
    func `A wrong value is named with its place and rule`(_ row: (member: String, problem: String)) {
        guard case .invalid(let problems) = Self.read(row.member) else {
            Issue.record("valid")
            return
        }
        #expect(problems.map(\.description) == ["/etc/config.json:\(row.problem)"])
    }

    private static let cacheProblems: [(member: String, problem: String)] = [
        (
            #""ttl": 0"#, #"3:27: \#(cache).ttl: found 0; must be a number of seconds above 0, at most 86400"#
        ),
        (
            #""stale_reads": -1"#,
            #"3:35: \#(cache).stale_reads: found -1; must be a number of seconds from 0 to 86400"#
        ),
        (
            #""capacity": 15"#, #"3:32: \#(cache).capacity: found 15; must be a whole number from 16 to 1048576"#
        ),
        (
            #""negative-ttl": 1"#, #"3:20: \#(cache).negative-ttl: unknown setting; did you mean "negative_ttl"?"#
        ),
    ]

    private static let cache = "LUNA_API_PLUGINS_SETTINGS.luna-streams.decision-cache"

    @Test(arguments: cacheProblems)
    func `A wrong value of the cache is named with its place and rule`(_ row: (member: String, problem: String)) {
        guard case .invalid(let problems) = Self.read("", plugin: "\"decision-cache\": {\(row.member)}, ") else {
            Issue.record("valid")
            return
        }
        #expect(problems.map(\.description) == ["/etc/config.json:\(row.problem)"])
    }

    @Test func `Check tells where credentials are proved`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "config.json",
            """
            {\(Self.on)\(Self.address)"LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {
              "decision-cache": {"stale_reads": 30},
              "luna-streams-address": {"origin": "http://localhost:5160"}}}}
            """)
        let text = CheckCommand.run(["--config", file]).standardOutput
        #expect(
            text.hasSuffix(
                """
                Credentials
                  Basic, Bearer    Luna-Accounts, POST http://127.0.0.1:5170/1/verifier: connection 2 s, whole answer 5 s
                  remembered       accepted 10 s, refused 1 s; reads for 30 s more while it can't be reached
                  Luna-Account-Id  off

                """))
    }
}
