import Auth
import Glibc
import JSON
import StreamsProxy
import Testing

/// `account list` and `token list`: what is chosen, and how it is shown.
struct AccountListTests {
    private final class Realm {
        private let folder: TemporaryFolder
        private let accounts: String

        init() throws {
            folder = try TemporaryFolder()
            accounts = "\(folder.path)/accounts.json"
            for (login, type) in [("ann@example.org", "user"), ("root@example.org", "admin")] {
                let cost = try #require(PasswordCost(n: 1024, r: 1, p: 1))
                let made = AccountCommand.run(
                    ["create", "--login", login, "--type", type, "--password-stdin"],
                    passwords: PasswordSource(standardInput: { Array("a password".utf8) }), cost: cost,
                    lookup: lookup)
                #expect(made.exitCode == 0, "\(made)")
            }
            for (login, verbs, ends, text) in [
                ("ann@example.org", #"["view", "deletion"]"#, "never", "wall\u{1B}[2J"),
                ("root@example.org", "[]", "2099-01-31T01:00:00+01:00", ""),
            ] {
                let made = TokenCommand.run(
                    [
                        "create", "--login", login, "--permissions", #"{"streams": \#(verbs)}"#, "--expires", ends,
                        "--description", text,
                    ], lookup: lookup)
                #expect(made.exitCode == 0, "\(made)")
            }
        }

        deinit {
            unlink(accounts)
            unlink("\(accounts).lock")
        }

        private func lookup(_ path: String) -> AccountsFileLocation { .found(path: accounts) }

        func accounts(_ options: String..., form: ListForm = .json) -> CommandResult {
            AccountCommand.run(["list"] + options, listing: form, lookup: lookup)
        }

        func tokens(_ options: String..., form: ListForm = .json) -> CommandResult {
            TokenCommand.run(["list"] + options, listing: form, lookup: lookup)
        }
    }

    private func logins(_ result: CommandResult, _ name: String) throws -> [String?] {
        #expect(result.exitCode == 0, "\(result)")
        let root = try JSONParser.parse(Array(result.standardOutput.utf8))
        return try #require(root[name]?.array).map { $0["login"]?.string }
    }

    @Test func `Options choose`() throws {
        let realm = try Realm()
        #expect(try logins(realm.accounts(), "accounts") == ["ann@example.org", "root@example.org"])
        #expect(try logins(realm.accounts("--login", "ann@example.org"), "accounts") == ["ann@example.org"])
        #expect(try logins(realm.accounts("--type=admin"), "accounts") == ["root@example.org"])
        #expect(try logins(realm.accounts("--type=admin", "--login=ann@example.org"), "accounts") == [])
        #expect(try logins(realm.tokens("--login", "root@example.org"), "tokens") == ["root@example.org"])
        #expect(try logins(realm.tokens("--login", "nobody@example.org"), "tokens") == [])
        #expect(try logins(realm.tokens("--expired"), "tokens") == [])
        #expect(realm.accounts("--type=king").exitCode == 64)
        #expect(realm.tokens("--expired=1").exitCode == 64)
    }

    @Test func `On a terminal a list is a table`() throws {
        let realm = try Realm()
        let lines = realm.tokens(form: .table).standardOutput.split(separator: "\n").map(String.init)
        #expect(lines.count == 3)
        #expect(
            lines[0].hasPrefix(
                "TOKEN ID" + String(repeating: " ", count: 30) + "LOGIN             STREAMS        AREA     EXPIRES"))
        #expect(lines[1].contains(#"  ann@example.org   view,deletion  account  never                 wall\u{1b}[2J"#))
        #expect(lines[2].hasSuffix("  root@example.org  -              account  2099-01-31T00:00:00Z  -"))
        #expect(Set(lines.map { $0.prefix(38).last }) == [" "], "columns stand below each other")

        let accounts = realm.accounts("--type", "admin", form: .table).standardOutput.split(separator: "\n")
        #expect(accounts.count == 2 && accounts[0].hasPrefix("LOGIN             TYPE   ACCOUNT ID"))
        #expect(accounts[1].hasPrefix("root@example.org  admin  ") && accounts[1].hasSuffix("Z  -"))
        #expect(realm.tokens("--expired", form: .table).standardOutput == "no tokens\n")
        #expect(realm.accounts("--json", form: .table) == realm.accounts(form: .json))
        #expect(realm.tokens("--json", form: .table) == realm.tokens())
    }

    @Test func `Each help has two examples, and its lines stand below each other`() throws {
        let helps = [
            RunOptions.usage(of: .run), RunOptions.usage(of: .check), ExplainCommand.usage, AccountCommand.usage,
            TokenCommand.usage,
        ]
        for help in helps {
            let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
            let title = try #require(lines.firstIndex(of: "Examples:"), "\(help)")
            let examples = lines[(title + 1)...].prefix { !$0.isEmpty }.filter { $0.contains("streams-proxy ") }
            #expect(examples.count >= 2, "\(help)")
            #expect(lines.filter { $0.unicodeScalars.count > 120 } == [])
        }
        for command in [RunOptions.Command.run, .check] {
            let usage = RunOptions.usage(of: command).split(separator: "\n").prefix(3)
            let columns = Set(usage.map { $0.prefix { $0 != "[" }.count })
            #expect(columns.count == 1, "\(usage)")
        }
    }
}
