import Auth
import Glibc
import HTTPCore
import JSON
import Synchronization
import Testing

@Suite struct AccountsFileTests {
    private struct Refused: Error, Equatable {}

    @Test func whatIsSavedIsRead() throws {
        let folder = try TemporaryFolder()
        let file = AccountsFile(path: folder.path("accounts.json"))
        guard case .absent = file.read() else { return #expect(Bool(false), "there is a file") }
        var realm = Realm.document
        realm.accounts[0].description = "\"quoted\" \u{1F600}\n"
        realm.tokens[0].permissions = try permissions(
            #"{"face": ["view"], "resources": [1.50, {"a": null}], "streams": ["view", "deletion"]}"#)
        realm.tokens[0].expires = Timestamp("2030-01-31T00:00:00Z")
        let written = realm
        try file.update { (document) throws(Refused) in document = written }

        guard case .usable(let read, _, let warnings) = file.read() else {
            return #expect(Bool(false), "\(file.read())")
        }
        #expect(warnings.isEmpty)
        #expect(read.accounts.count == 1 && read.tokens.count == 1)
        #expect(read.accounts[0].id == written.accounts[0].id)
        #expect(read.accounts[0].description == written.accounts[0].description)
        #expect(read.accounts[0].password == written.accounts[0].password)
        #expect(read.tokens[0].expires == written.tokens[0].expires)
        #expect(read.tokens[0].permissions.streams == [VerbSet(.view), VerbSet(.deletion)])
        #expect(try folder.text("accounts.json").contains("1.50"), "foreign keys as they were given")
        // Its tokens are still tokens.
        let token = Array(written.signingKey.sign(TokenClaims(accountID: Realm.userID, tokenID: Realm.tokenID)).utf8)
        #expect(read.signingKey.claims(of: token.span, 0..<token.count) != nil)
    }

    @Test func replacedWholeWithMode0600() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("accounts.json")
        let file = AccountsFile(path: path)
        try file.update { (document) throws(Refused) in document = Realm.document }
        #expect(chmod(path, 0o644) == 0)
        guard case .usable(_, _, let warnings) = file.read() else { return #expect(Bool(false), "unusable") }
        #expect(warnings.map(\.severity) == [.warning])
        #expect(warnings.first?.text.contains("0644") == true)

        let old = try folder.status("accounts.json")
        let reader = open(path, O_RDONLY)
        defer { close(reader) }
        let before = try folder.text("accounts.json")
        try file.update { (document) throws(Refused) in document.tokens = [] }
        let new = try folder.status("accounts.json")
        #expect(new.st_mode & 0o7777 == 0o600)
        #expect(new.st_ino != old.st_ino, "a new file, not a changed one")
        // Who has the old one open still reads it whole.
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(reader, &bytes, bytes.count)
        #expect(String(decoding: bytes[..<count], as: UTF8.self) == before)
        #expect(try folder.names() == ["accounts.json", "accounts.json.lock"], "no draft stays")
        #expect(try folder.status("accounts.json.lock").st_mode & 0o077 == 0)
    }

    @Test func aLinkStaysALink() throws {
        let folder = try TemporaryFolder()
        try AccountsFile(path: folder.path("real.json")).update { (document) throws(Refused) in
            document = Realm.document
        }
        #expect(symlink("real.json", folder.path("link.json")) == 0)
        try AccountsFile(path: folder.path("link.json")).update { (document) throws(Refused) in document.tokens = [] }
        var status = stat()
        #expect(lstat(folder.path("link.json"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        guard case .usable(let document, _, _) = AccountsFile(path: folder.path("real.json")).read() else {
            return #expect(Bool(false), "unusable")
        }
        #expect(document.tokens.isEmpty)
    }

    @Test func aRefusedEditChangesNothing() throws {
        let folder = try TemporaryFolder()
        let file = AccountsFile(path: folder.path("accounts.json"))
        do {
            try file.update { (_) throws(Refused) in throw Refused() }
            #expect(Bool(false), "not refused")
        } catch {
            guard case .refused(Refused()) = error else { return #expect(Bool(false), "\(error)") }
        }
        guard case .absent = file.read() else { return #expect(Bool(false), "there is a file") }
    }

    @Test func manyAtOnceLoseNothing() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("accounts.json")
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask {
                    do {
                        try AccountsFile(path: path).update { (document) throws(Refused) in
                            document.accounts.append(Realm.account(.random(), "\(number)@example.org", .user))
                        }
                    } catch {
                        #expect(Bool(false), "\(error)")
                    }
                }
            }
        }
        guard case .usable(let document, _, _) = AccountsFile(path: path).read() else {
            return #expect(Bool(false), "unusable")
        }
        #expect(document.accounts.count == 40)
    }

    /// What is wrong, and where.
    @Test(arguments: [
        ("", ["1:1: not JSON"]),
        ("{\n  \"version\": 1,\n}", ["3:1: not JSON"]),
        ("[]", ["1:1: must be an object"]),
        ("{}", ["version: is missing", "signing_key: is missing", "accounts: is missing", "tokens: is missing"]),
        (
            #"{"version": 2, "signing_key": "AAAA", "accounts": 1, "tokens": {}, "accouts": []}"#,
            [
                "1:13: version: must be 1", "1:31: signing_key: must be", "1:51: accounts: must be an array",
                "1:64: tokens: must be an array", "1:68: accouts: no such name",
            ]
        ),
        (
            file(accounts: #"{"account_id": "x", "login": "a:b", "account_type": "root", "description": 1}"#),
            [
                "accounts[0].password: is missing", "accounts[0].create_time: is missing",
                "accounts[0].account_id: must be a UUID", "accounts[0].login: must not contain a colon",
                "accounts[0].account_type: must be one of user, advanced_user, admin",
                "accounts[0].description: must be a string, not a number",
            ]
        ),
        (file(accounts: account(n: 1000)), ["accounts[0].password.scrypt: n must be"]),
        (file(accounts: account(salt: "AAAA")), ["accounts[0].password.scrypt.salt: must be"]),
        (file(accounts: account(hash: "AAAA=")), ["accounts[0].password.scrypt.hash: must be"]),
        (
            file(accounts: "\(account()), \(account())"),
            ["accounts[1].account_id: is another", "accounts[1].login: is another"]
        ),
        (
            file(accounts: account(), tokens: #"\#(token(streams: #"["view", "delete"]"#)), \#(token())"#),
            ["tokens[0].permissions.streams[1]: is no verb"]
        ),
        (file(accounts: account(), tokens: "\(token()), \(token())"), ["tokens[1].token_id: is another"]),
        (
            file(accounts: account(), tokens: token(streams: "true")),
            ["tokens[0].permissions.streams: must be an array"]
        ),
        (file(tokens: token()), ["tokens[0].account_id: no account"]),
        (
            file(accounts: account(), tokens: token(expires: #""2030""#)),
            ["tokens[0].expiration_time: must be a time"]
        ),
    ])
    func problems(text: String, expected: [String]) throws {
        let folder = try TemporaryFolder()
        try folder.write("accounts.json", text)
        let file = AccountsFile(path: folder.path("accounts.json"))
        guard case .unusable(let problems, _) = file.read() else { return #expect(Bool(false), "usable") }
        #expect(problems.count == expected.count, "\(problems)")
        for (problem, expected) in zip(problems, expected) {
            #expect(problem.description.contains(expected), "\(problem)")
            #expect(problem.description.hasPrefix("\(file.path):\(problem.position?.description ?? "?"): "))
        }
        // And no command changes a file that it can't read.
        do {
            try file.update { (document) throws(Refused) in document.tokens = [] }
            #expect(Bool(false), "changed")
        } catch {
            guard case .problems(problems) = error else { return #expect(Bool(false), "\(error)") }
        }
        #expect(try folder.text("accounts.json") == text)
    }

    @Test func theTableIsRightWithoutItsFaults() throws {
        let folder = try TemporaryFolder()
        try folder.write("accounts.json", Self.file(accounts: Self.account(), tokens: Self.token()))
        guard case .usable = AccountsFile(path: folder.path("accounts.json")).read() else {
            return #expect(Bool(false), "\(AccountsFile(path: folder.path("accounts.json")).read())")
        }
    }

    @Test func whatIsNoFile() throws {
        let folder = try TemporaryFolder()
        guard case .unusable(let problems, _) = AccountsFile(path: folder.path("")).read() else {
            return #expect(Bool(false), "usable")
        }
        #expect(problems.first?.description.contains("regular file") == true)
        do {
            try AccountsFile(path: folder.path("none/accounts.json")).update { (_) throws(Refused) in }
            #expect(Bool(false), "written")
        } catch {
            guard case .problems(let problems) = error else { return #expect(Bool(false), "\(error)") }
            #expect(problems.first?.description.contains("No such file or directory") == true)
        }
    }

    // MARK: - Texts

    static func file(accounts: String = "", tokens: String = "") -> String {
        let key = Base64.encode([UInt8](repeating: 7, count: 32), .standard)
        return #"{"version": 1, "signing_key": "\#(key)", "accounts": [\#(accounts)], "tokens": [\#(tokens)]}"#
    }

    static func account(
        n: Int = 1024, salt: String = "AAAAAAAAAAAAAAAAAAAAAA==",
        hash: String = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    ) -> String {
        """
        {"account_id": "\(Realm.userID)", "login": "a", "account_type": "user", "description": "",
        "password": {"scrypt": {"n": \(n), "r": 8, "p": 1, "salt": "\(salt)", "hash": "\(hash)"}},
        "create_time": "2030-01-31T00:00:00Z"}
        """
    }

    static func token(streams: String = #"["view"]"#, expires: String = "null") -> String {
        """
        {"token_id": "\(Realm.tokenID)", "account_id": "\(Realm.userID)", "description": "",
        "permissions": {"streams": \(streams)}, "visibility_area": "account", "expiration_time": \(expires),
        "create_time": "2030-01-31T00:00:00Z"}
        """
    }
}
