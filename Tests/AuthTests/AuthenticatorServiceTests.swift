import Auth
import HTTPCore
import Testing

/// The authenticator where a service has the accounts: what it decides by itself, what it asks, what it remembers.
@Suite struct AuthenticatorServiceTests {
    private static let accountID = "11111111-2222-4333-8444-555555555555"

    private static func step(
        _ authenticator: Authenticator, _ authorization: String?, account: String? = nil, now: Int64 = Realm.now
    ) -> AuthenticationStep {
        let head = Array((authorization ?? "").utf8) + Array((account ?? "").utf8)
        let split = authorization?.utf8.count ?? 0
        return authenticator.decide(
            head: head.span, authorization: authorization == nil ? nil : 0..<split,
            accountHeader: account == nil ? nil : split..<head.count, now: now)
    }

    private static func question(_ step: AuthenticationStep) -> ServiceQuestion? {
        switch step {
        case .ask(let question): question
        case .decided, .verify, .checkSignature: nil
        }
    }

    private static let decided: [(authorization: String?, account: String?, decision: Decision)] = [
        (nil, nil, .unauthenticated(.noCredentials)),
        ("", nil, .unauthenticated(.unsupportedScheme)),
        ("", accountID, .unauthenticated(.unsupportedScheme)),
        ("Digest x", nil, .unauthenticated(.unsupportedScheme)),
        ("Basic", accountID, .unauthenticated(.basicUnreadable)),
        ("Basic !", nil, .unauthenticated(.basicUnreadable)),
        // No colon; a NUL.
        ("Basic YQ==", nil, .unauthenticated(.basicUnreadable)),
        ("Basic YTpiAA==", nil, .unauthenticated(.basicUnreadable)),
        ("Bearer", nil, .unauthenticated(.tokenCorrupted)),
        ("Bearer a b", nil, .unauthenticated(.tokenCorrupted)),
        ("Bearer a,b", nil, .unauthenticated(.tokenCorrupted)),
        ("Bearer a\"", nil, .unauthenticated(.tokenCorrupted)),
        ("Bearer a\tb", nil, .unauthenticated(.tokenCorrupted)),
        ("Bearer é", nil, .unauthenticated(.tokenCorrupted)),
        ("Basic 77u/YTpi", nil, .unauthenticated(.byteOrderMark)),
        (nil, "x", .malformed(.accountHeaderNotUUID)),
        (nil, accountID + "0", .malformed(.accountHeaderNotUUID)),
    ]

    @Test(arguments: decided)
    func `What can be no credential is refused without a question`(
        _ row: (authorization: String?, account: String?, decision: Decision)
    ) {
        let authenticator = Authenticator(serviceAllowingAccountHeader: true)
        guard case .decided(let decision) = Self.step(authenticator, row.authorization, account: row.account) else {
            Issue.record("not decided")
            return
        }
        #expect(decision == row.decision)
    }

    @Test func `The account header must be allowed`() {
        let authenticator = Authenticator(serviceAllowingAccountHeader: false)
        guard case .decided(.forbidden(.accountHeaderDisabled)) = Self.step(authenticator, nil, account: Self.accountID)
        else {
            Issue.record("not forbidden")
            return
        }
        #expect(
            authenticator.question(
                head: Array(Self.accountID.utf8).span, authorization: nil, accountHeader: 0..<36) == nil)
    }

    @Test func `A question carries its credential`() throws {
        let authenticator = Authenticator(serviceAllowingAccountHeader: true)
        let basic = try #require(
            Self.question(Self.step(authenticator, "bAsIc   YW5uOnB3Ong=", account: Self.accountID)))
        #expect(basic.kind == .basic)
        #expect(String(decoding: basic.fieldValue, as: UTF8.self) == "Basic YW5uOnB3Ong=")
        #expect(basic.loginAndPassword?.login == "ann")
        #expect(basic.loginAndPassword?.password == "pw:x")
        #expect(basic.token == nil && basic.accountID == nil)

        let token = try #require(Self.question(Self.step(authenticator, "bearer a.b-c_~+/=")))
        #expect(token.kind == .token)
        #expect(String(decoding: token.fieldValue, as: UTF8.self) == "Bearer a.b-c_~+/=")
        #expect(token.token == "a.b-c_~+/=")
        #expect(token.loginAndPassword == nil && token.accountID == nil)

        let header = try #require(Self.question(Self.step(authenticator, nil, account: Self.accountID)))
        #expect(header.kind == .accountHeader)
        #expect(String(decoding: header.fieldValue, as: UTF8.self) == Self.accountID)
        #expect(header.accountID == UniqueID(Self.accountID))
        #expect(header.token == nil && header.loginAndPassword == nil)
        #expect(Set([basic.digest, token.digest, header.digest]).count == 3)
    }

    @Test func `Workers ask the same question of the same credential`() throws {
        let questions = try (0..<2).map { _ in
            try #require(Self.question(Self.step(Authenticator(serviceAllowingAccountHeader: false), "Bearer a")))
        }
        #expect(questions[0].digest == questions[1].digest)
    }

    private static let ends: [(decision: Decision, isRemembered: Bool)] = [
        (.allowed(Principal(accountID: Realm.userID, accountType: .user, kind: .token)), true),
        (.unauthenticated(.tokenUnknown), true), (.forbidden(.visibilityNotAllowed), true),
        (.unavailable(.accountsUnreachable), false), (.unavailable(.accountsUnreadable), false),
        (.unavailable(.overloaded), false),
    ]

    @Test(arguments: ends)
    func `An answer is remembered until its own end`(_ row: (decision: Decision, isRemembered: Bool)) throws {
        let authenticator = Authenticator(serviceAllowingAccountHeader: false)
        let question = try #require(Self.question(Self.step(authenticator, "Bearer a")))
        let answer = DatedDecision(row.decision, until: Realm.now + 700)
        #expect(authenticator.accept(question, answer, now: Realm.now) == row.decision)
        #expect((Self.question(Self.step(authenticator, "Bearer a", now: Realm.now + 699)) == nil) == row.isRemembered)
        #expect(Self.question(Self.step(authenticator, "Bearer a", now: Realm.now + 700)) != nil)
        #expect(Self.question(Self.step(authenticator, "Bearer b")) != nil)
    }

    @Test func `Nobody is reviewed without the service`() {
        let authenticator = Authenticator(serviceAllowingAccountHeader: false)
        let principal = Principal(
            accountID: Realm.userID, accountType: .user, kind: .token, expires: Realm.now / 1000 + 5)
        #expect(authenticator.review(principal, now: Realm.now) == .unavailable(.accountsUnreachable))
        #expect(authenticator.review(principal, now: Realm.now + 5_000) == .unauthenticated(.tokenExpired))
    }

    @Test func `Where the accounts are our own there are no questions`() {
        let value = Array("Bearer a".utf8)
        #expect(
            Realm().authenticator.question(head: value.span, authorization: 0..<value.count, accountHeader: nil) == nil)
    }

    @Test func `A question shows nothing of its credential`() throws {
        let authenticator = Authenticator(serviceAllowingAccountHeader: false)
        let step = Self.step(authenticator, "Bearer c4nary")
        let question = try #require(Self.question(step))
        var dumped = ""
        dump(step, to: &dumped)
        for text in [String(describing: question), String(reflecting: question), "\(step)", dumped] {
            #expect(!text.contains("c4nary"))
            #expect(!text.contains(Array("c4nary".utf8).map(String.init).joined(separator: ", ")))
        }
    }

    @Test func `A token of a trusted issuer needs no question, any other does`() throws {
        let authenticator = Authenticator(
            serviceAllowingAccountHeader: false, issuers: [try IssuerSample.issuer(.hs256)])
        let token = "Bearer \(IssuerSample.token(.hs256))"
        guard case .decided(.allowed(let principal)) = Self.step(authenticator, token) else {
            Issue.record("not let in")
            return
        }
        #expect(principal.isOfOtherIssuer)
        #expect(authenticator.review(principal, now: Realm.now) == .allowed(principal))
        #expect(authenticator.review(principal, now: Realm.now + 1_000_000) == .unauthenticated(.tokenExpired))
        guard
            case .decided(.unauthenticated(.tokenExpired)) = Self.step(authenticator, token, now: Realm.now + 1_000_000)
        else {
            Issue.record("not expired")
            return
        }
        #expect(Self.question(Self.step(authenticator, "Bearer a.b.c")) != nil)
        #expect(Self.question(Self.step(authenticator, token + "x")) != nil)
    }
}
