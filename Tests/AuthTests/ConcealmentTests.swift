import Auth
import HTTPCore
import Testing

/// A password, a token and a key that are unlike anything else, looked for in everything that can be printed.
@Suite struct ConcealmentTests {
    private static let password = "c4nary-p4ssw0rd-7391"

    private func texts(of value: Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        return [String(describing: value), String(reflecting: value), "\(value)", dumped]
    }

    @Test func nothingPrintsASecret() throws {
        let login = "canary@example.org"
        let key = [UInt8](repeating: 0xC3, count: 32)
        let signingKey = try #require(SigningKey(key))
        let secret = Secret(Array(Self.password.utf8))
        let hash = try #require(PasswordHash(of: secret, cost: .test))
        let account = AccountRecord(
            id: Realm.userID, login: login, type: .user, description: "", password: hash,
            created: Timestamp(unixSeconds: 0))
        let document = AccountsDocument(signingKey: signingKey, accounts: [account], tokens: Realm.document.tokens)
        let realm = Realm(document)
        let basicText = Base64.encode(Array("\(login):\(Self.password)".utf8), .standard)
        let check = try #require(realm.check("Basic \(basicText)"))
        let token = signingKey.sign(TokenClaims(accountID: Realm.userID, tokenID: Realm.tokenID))
        let bearer = Array("Bearer \(token)".utf8)
        let step = realm.authenticator.decide(
            head: bearer.span, authorization: 0..<bearer.count, accountHeader: nil, now: Realm.now)
        let pool = PasswordPool(width: 1)

        let values: [Any] = [
            secret, hash, account, document, AccountDirectory(document), signingKey, realm.authenticator, check,
            check.key, AuthenticationStep.verify(check), step,
            realm.authenticator.accept(check, check.run(), now: Realm.now), realm.authenticator, pool,
            Credentials(bearer.span, 0..<bearer.count), AccountsFile.Reading.unusable([], .unknown),
        ]
        let signature = token.split(separator: ".").last.map(String.init) ?? token
        // The bytes as an array prints them, too.
        let needles = [
            Self.password, basicText, token, signature, "195, 195", "- 195",
            Array(Self.password.utf8).map(String.init).joined(separator: ", "),
        ]
        for value in values {
            for text in texts(of: value) {
                for needle in needles { #expect(!text.contains(needle), "\(type(of: value))") }
            }
        }
        #expect(String(describing: secret) == "(concealed)")
        #expect(Mirror(reflecting: secret).children.isEmpty)
        #expect(Mirror(reflecting: signingKey).children.isEmpty)
        #expect(Mirror(reflecting: hash).children.isEmpty)
    }

    @Test func problemsOfTheFileShowNoSecret() throws {
        let folder = try TemporaryFolder()
        let wrong = AccountsFileTests.file(accounts: AccountsFileTests.account(hash: "c4nary"))
            .replacing(#""signing_key": ""#, with: #""signing_key": "c4nary"#)
        try folder.write("accounts.json", wrong)
        guard case .unusable(let problems, _) = AccountsFile(path: folder.path("accounts.json")).read() else {
            return #expect(Bool(false), "usable")
        }
        #expect(problems.count == 2)
        #expect(!problems.map(\.description).joined().contains("c4nary"))
    }
}
