import Auth
import Glibc
import HTTPCore
import JSON
import StreamsProxy
import Testing

/// `account` and `token` as a script uses them, on an accounts file of the test's own.
@Suite struct AccountCommandTests {
    /// A folder with an accounts file, and the two commands on it.
    final class Fixture {
        private let folder: TemporaryFolder
        let accounts: String

        init() throws {
            folder = try TemporaryFolder()
            accounts = "\(folder.path)/accounts.json"
        }

        deinit {
            unlink(accounts)
            unlink("\(accounts).lock")
        }

        func account(_ arguments: [String], password: String = "secret", minimum: Int = 3) -> CommandResult {
            AccountCommand.run(
                arguments, passwords: PasswordSource(standardInput: { Array(password.utf8) }),
                cost: PasswordCost(n: 1024, r: 1, p: 1)!
            ) { [accounts] _ in .found(path: accounts, passwordMinimum: minimum) }
        }

        func token(_ arguments: [String]) -> CommandResult {
            TokenCommand.run(arguments) { [accounts] _ in .found(path: accounts) }
        }

        func create(_ login: String, _ type: String = "user", password: String = "secret") -> CommandResult {
            account(["create", "--login", login, "--type", type, "--password-stdin"], password: password)
        }

        /// What a proxy makes of that `Authorization` now.
        func decide(_ authorization: String) throws -> Decision {
            guard case .usable(let document, _, _) = AccountsFile(path: accounts).read() else { throw Unusable() }
            let authenticator = Authenticator(directory: AccountDirectory(document), allowsAccountHeader: false)
            let bytes = Array(authorization.utf8)
            let now = Int64(time(nil)) * 1000
            switch authenticator.decide(
                head: bytes.span, authorization: 0..<bytes.count, accountHeader: nil, now: now)
            {
            case .decided(let decision): return decision
            case .verify(let check): return authenticator.accept(check, check.run(), now: now)
            case .checkSignature, .ask: return .unavailable(.accountsUnreachable)
            }
        }

        func basic(_ login: String, _ password: String) throws -> Decision {
            try decide("Basic \(Base64.encode(Array("\(login):\(password)".utf8), .standard))")
        }

        private struct Unusable: Error {}
    }

    private func json(_ result: CommandResult, sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONNode {
        #expect(result.exitCode == 0 && result.standardError.isEmpty, "\(result)", sourceLocation: sourceLocation)
        #expect(result.standardOutput.hasSuffix("}\n"), sourceLocation: sourceLocation)
        return try JSONParser.parse(Array(result.standardOutput.utf8))
    }

    @Test func anAccountFromBirthToDeath() throws {
        let fixture = try Fixture()
        let id = "11111111-2222-4333-8444-555555555555"
        let created = fixture.account(
            [
                "create", "--config", "c.json", "--login", "a@example.org", "--type=advanced_user", "--account-id", id,
                "--description", "", "--password-stdin",
            ], password: "pass:word\n")
        #expect(try json(created)["account_id"]?.string == id)
        let principal = Principal(accountID: UniqueID(id)!, accountType: .advancedUser, kind: .basic)
        #expect(try fixture.basic("a@example.org", "pass:word") == .allowed(principal))

        let listed = try json(fixture.account(["list"]))["accounts"]?.array
        #expect(listed?.count == 1)
        #expect(listed?[0]["login"]?.string == "a@example.org" && listed?[0]["account_type"]?.string == "advanced_user")
        #expect(listed?[0]["password"] == nil)

        let updated = fixture.account(["update", "--login", "a@example.org", "--type", "user"])
        #expect(try json(updated)["account_id"]?.string == id)
        let narrowed = Principal(accountID: UniqueID(id)!, accountType: .user, kind: .basic)
        #expect(try fixture.basic("a@example.org", "pass:word") == .allowed(narrowed))
        _ = try json(fixture.account(["update", "--login", "a@example.org", "--password-stdin"], password: "new\r\n"))
        #expect(try fixture.basic("a@example.org", "pass:word") == .unauthenticated(.wrongLoginOrPassword))
        #expect(try fixture.basic("a@example.org", "new") == .allowed(narrowed))

        _ = try json(fixture.token(["create", "--login", "a@example.org", "--permissions", "{}"]))
        #expect(try json(fixture.account(["delete", "--login", "a@example.org"]))["account_id"]?.string == id)
        #expect(try json(fixture.account(["list"]))["accounts"]?.array?.count == 0)
        #expect(try json(fixture.token(["list"]))["tokens"]?.array?.count == 0, "its tokens went with it")
    }

    @Test func aTokenFromBirthToDeath() throws {
        let fixture = try Fixture()
        let account = try #require(json(fixture.create("a@example.org", "admin"))["account_id"]?.string)
        let permissions = #"{"streams": ["view"], "custom": [1.0]}"#
        let created = try json(
            fixture.token([
                "create", "--login", "a@example.org", "--permissions", permissions, "--visibility-area", "all",
                "--expires", "2999-01-01T00:00:00+01:00", "--description", "for the wall",
            ]))
        let id = try #require(created["token_id"]?.string)
        let token = try #require(created["token"]?.string)
        func principal(_ verbs: VerbSet, _ visibility: Visibility, _ expires: String?) throws -> Decision {
            .allowed(
                Principal(
                    accountID: try #require(UniqueID(account)), accountType: .admin, kind: .token,
                    tokenID: UniqueID(id), verbs: verbs, visibility: visibility,
                    expires: expires.flatMap { Timestamp($0) }?.unixSeconds))
        }
        #expect(
            try fixture.decide("Bearer \(token)") == principal([VerbSet(.view)], .all, "2998-12-31T23:00:00Z"))

        let list = fixture.token(["list"])
        #expect(!list.standardOutput.contains(token))
        #expect(list.standardOutput.contains(#""custom":[1.0]"#))
        let listed = try json(list)["tokens"]?.array
        #expect(listed?.count == 1)
        #expect(listed?[0]["expiration_time"]?.string == "2998-12-31T23:00:00Z")
        #expect(listed?[0]["login"]?.string == "a@example.org" && listed?[0]["account_id"]?.string == account)

        let more = #"{"streams": ["deletion", "creation"]}"#
        let update = ["update", "--token-id", id, "--permissions", more, "--visibility-area=account"]
        #expect(try json(fixture.token(update))["token_id"]?.string == id)
        let verbs: VerbSet = [VerbSet(.creation), VerbSet(.deletion)]
        #expect(try fixture.decide("Bearer \(token)") == principal(verbs, .account, "2998-12-31T23:00:00Z"))
        let past = ["update", "--token-id", id, "--expires", "2001-01-01T00:00:00Z"]
        let refused = fixture.token(past)
        #expect(refused.exitCode == 65 && refused.standardError.contains("--allow-past"))
        #expect(try fixture.decide("Bearer \(token)") == principal(verbs, .account, "2998-12-31T23:00:00Z"))
        _ = try json(fixture.token(past + ["--allow-past"]))
        #expect(try fixture.decide("Bearer \(token)") == .unauthenticated(.tokenExpired))
        _ = try json(fixture.token(["update", "--token-id", id, "--expires", "never"]))
        #expect(try fixture.decide("Bearer \(token)") == principal(verbs, .account, nil))

        #expect(try json(fixture.token(["delete", "--token-id", id]))["token_id"]?.string == id)
        #expect(try fixture.decide("Bearer \(token)") == .unauthenticated(.tokenUnknown))
    }

    /// A wrong command line is 64, and says what would be right.
    @Test(arguments: [
        ([], "create, update, list or delete is missing"),
        (["creat"], "did you mean create?"),
        (["create"], "--login is missing"),
        (["create", "--login", "a", "--type", "user"], "--password-stdin is missing"),
        (["create", "--login", "a", "--typ", "user"], "did you mean --type?"),
        (
            ["create", "--login", "a", "--type", "root", "--password-stdin"],
            "must be one of user, advanced_user, admin"
        ),
        (["create", "--login", "a", "--login", "b"], "--login is given twice"),
        (["create", "--login"], "--login needs a value"),
        (["create", "--password-stdin=secret"], "--password-stdin takes no value"),
        (
            ["create", "--password", "secret"],
            "unknown option --password; did you mean --password-stdin?"
        ),
        (
            ["create", "--colour", "red"],
            "unknown option --colour; known: --config, --login, --type, --account-id, --description, --password-stdin"
        ),
        (["update", "--login", "a"], "nothing to change"),
        (["list", "--logins", "a"], "unknown option --logins; did you mean --login?"),
        (["list", "all"], "an argument that belongs to no option"),
        // A password in the wrong place is not shown again.
        (["create", "--password-stdin", "\"secret\""], "an argument that belongs to no option"),
        (["delete"], "--login is missing"),
    ])
    func wrongUsage(arguments: [String], says: String) throws {
        let result = try Fixture().account(arguments)
        #expect(result.exitCode == 64 && result.standardOutput.isEmpty)
        #expect(result.standardError.contains(says), "\(result.standardError)")
        #expect(!result.standardError.contains("\"secret\""))
    }

    @Test(arguments: [
        (["creat"], "did you mean create?"), (["create", "--login", "a"], "--permissions is missing"),
        (["update", "--token-id", "x"], "nothing to change"),
        (["create", "--login", "a", "--permissions", "{}", "--visibility-area", "both"], "one of account, all"),
        (["create", "--permission", "{}"], "did you mean --permissions?"),
    ])
    func wrongUsageOfToken(arguments: [String], says: String) throws {
        let result = try Fixture().token(arguments)
        #expect(result.exitCode == 64 && result.standardOutput.isEmpty)
        #expect(result.standardError.contains(says), "\(result.standardError)")
    }

    /// Wrong data is 65, and nothing is written.
    @Test func wrongData() throws {
        let fixture = try Fixture()
        _ = try json(fixture.create("a@example.org"))
        let id = UniqueID.random().description
        let results = [
            (fixture.create("a@example.org"), "already"),
            (fixture.create("a:b"), "colon"),
            (fixture.create(""), "empty"),
            (fixture.create("a\u{7}b"), "control"),
            (fixture.create(String(repeating: "a", count: 129)), "128"),
            (fixture.create("b@example.org", password: "ab\n"), "3 to 128"),
            (fixture.create("b@example.org", password: String(repeating: "ü", count: 129)), "3 to 128"),
            (fixture.create("b@example.org", password: "abc\n\n"), "control"),
            (fixture.create("b@example.org", password: "abc\0"), "control"),
            (fixture.create("b@example.org", password: "\u{FEFF}secret\r\n"), "byte order mark"),
            (fixture.create("\u{FEFF}b@example.org"), "byte order mark"),
            (
                fixture.account([
                    "create", "--login", "b", "--type", "user", "--account-id", "1", "--password-stdin",
                ]), "UUID"
            ),
            (fixture.account(["update", "--login", "b@example.org", "--type", "user"]), "no account"),
            (fixture.account(["delete", "--login", "b@example.org"]), "no account"),
            (fixture.token(["create", "--login", "b@example.org", "--permissions", "{}"]), "no account"),
            (fixture.token(["create", "--login", "a@example.org", "--permissions", "{"]), "not JSON"),
            (fixture.token(["create", "--login", "a@example.org", "--permissions", "[]"]), "must be an object"),
            (
                fixture.token(["create", "--login", "a@example.org", "--permissions", #"{"streams": ["all"]}"#]),
                "--permissions.streams[0] is no verb"
            ),
            (
                fixture.token([
                    "create", "--login", "a@example.org", "--permissions", "{}", "--visibility-area", "all",
                ]), "advanced_user"
            ),
            (
                fixture.token(["create", "--login", "a@example.org", "--permissions", "{}", "--expires", "soon"]),
                "RFC 3339"
            ),
            (fixture.token(["delete", "--token-id", id]), "no token"),
            (fixture.token(["delete", "--token-id", "1"]), "UUID"),
            (fixture.token(["update", "--token-id", id, "--permissions", "{}"]), "no token"),
        ]
        for (result, says) in results {
            #expect(result.exitCode == 65 && result.standardOutput.isEmpty, "\(result)")
            #expect(result.standardError.contains(says), "\(result.standardError)")
        }
        #expect(try json(fixture.account(["list"]))["accounts"]?.array?.count == 1)
        #expect(try json(fixture.token(["list"]))["tokens"]?.array?.count == 0)
    }

    /// `PASSWORD_MINIMUM_LENGTH` counts characters, of new passwords only.
    @Test func aNewPasswordHasALeastLength() throws {
        let fixture = try Fixture()
        func set(_ command: String, _ password: String) -> CommandResult {
            let type = command == "create" ? ["--type", "user"] : []
            return fixture.account(
                [command, "--login", "a@example.org", "--password-stdin"] + type, password: password, minimum: 8)
        }
        #expect(set("create", "seven77").standardError.contains("8 to 128"))
        _ = try json(set("create", "eight888"))
        #expect(set("update", "éééé777").exitCode == 65)
        _ = try json(set("update", "éééé8888"))
        // One that is there already stays good.
        _ = try json(fixture.account(["update", "--login", "a@example.org", "--password-stdin"], password: "abc"))
        guard case .allowed = try fixture.basic("a@example.org", "abc") else { return #expect(Bool(false)) }
    }

    @Test func passwordsOfAllLengths() throws {
        let fixture = try Fixture()
        let passwords = ["abc", "ü\u{1F600}:", String(repeating: "ü", count: 128), " a "]
        for (number, password) in passwords.enumerated() {
            let login = "\(number)@example.org"
            _ = try json(fixture.create(login, password: password))
            guard case .allowed = try fixture.basic(login, password) else {
                return #expect(Bool(false), "\(password)")
            }
        }
    }

    /// Settings or an accounts file that can't be used: 78, with what is wrong.
    @Test func wrongSettings() throws {
        let fixture = try Fixture()
        let failed = CommandResult(exitCode: 78, standardError: "config.json: no\n")
        let asked = AccountCommand.run(
            ["list", "--config", "x.json"], passwords: PasswordSource(standardInput: { [] })
        ) { path in
            #expect(path == "x.json")
            return .failed(failed)
        }
        #expect(asked == failed)

        _ = try json(fixture.create("a@example.org"))
        #expect(chmod(fixture.accounts, 0o644) == 0)
        let warned = fixture.account(["list"])
        #expect(warned.exitCode == 0 && warned.standardError.contains("0644"))
        #expect(truncate(fixture.accounts, 20) == 0)
        for result in [
            fixture.account(["list"]), fixture.create("b@example.org"), fixture.token(["list"]),
            fixture.account(["delete", "--login", "a@example.org"]),
        ] {
            #expect(result.exitCode == 78 && result.standardError.contains("accounts.json:3:3: not JSON"), "\(result)")
        }
    }

    @Test func helpIsAnAnswer() throws {
        let fixture = try Fixture()
        for result in [fixture.account(["create", "--help"]), fixture.token(["-h"])] {
            #expect(result.exitCode == 0 && result.standardOutput.hasPrefix("usage: streams-proxy "))
        }
    }
}
