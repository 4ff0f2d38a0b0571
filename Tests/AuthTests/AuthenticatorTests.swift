import Auth
import HTTPCore
import JSON
import Testing

/// Who the caller is, by credentials × record × time.
@Suite struct AuthenticatorTests {
    @Test func nothingAtAllIsNoCredentials() {
        let realm = Realm()
        #expect(realm.decide() == .unauthenticated(.noCredentials))
    }

    @Test(arguments: [
        ("", Unauthenticated.unsupportedScheme),
        ("Digest abc", .unsupportedScheme),
        ("Basicdas", .unsupportedScheme),
        ("Basic\tYTpi", .unsupportedScheme),
        ("Basic", .basicUnreadable),
        ("Basic ", .basicUnreadable),
        ("bAsIc !!!!", .basicUnreadable),
        ("Basic YWJj", .basicUnreadable),  // abc: no colon
        ("Basic YTpiAA==", .basicUnreadable),  // a:b and NUL
        ("Basic YX86Yg==", .basicUnreadable),  // DEL in the login
        ("Basic YTr/", .basicUnreadable),  // not UTF-8
        ("Basic 77u/YTpi", .byteOrderMark),  // before the login
        ("Basic YTrvu79i", .byteOrderMark),  // before the password
        ("Bearer", .tokenCorrupted),
        ("Bearer ", .tokenCorrupted),
        ("bearer x y", .tokenCorrupted),
        ("BEARER a.b.c", .tokenCorrupted),
    ])
    func anUnreadableAuthorizationDecides(value: String, reason: Unauthenticated) {
        let realm = Realm(allowsAccountHeader: true)
        // The account header beside it is right, and changes nothing.
        #expect(realm.decide(value, account: Realm.userID.description) == .unauthenticated(reason))
    }

    /// Keycloak and Azure put every role into a token; only the head's limit bounds it.
    @Test(arguments: [8_193, 20_000, 60_000])
    func aLongCredentialIsReadAsAnyOther(padding: Int) throws {
        let long = String(repeating: "r", count: padding)
        let payload = IssuerSample.payload(#""exp":\#(IssuerSample.now + 100),"roles":"\#(long)""#)
        let token = IssuerSample.token(.hs256, payload)
        #expect(try IssuerSample.decide(token, IssuerSample.issuer(.hs256)) == IssuerSample.principal())
        let basic = Base64.encode(Array("nobody:\(long)".utf8), .standard)
        #expect(Realm().decide("Basic \(basic)") == .unauthenticated(.wrongLoginOrPassword))
    }

    @Test func accountHeaderNamesAnAccount() {
        let on = Realm(allowsAccountHeader: true)
        let off = Realm(allowsAccountHeader: false)
        let id = Realm.userID.description
        #expect(
            on.decide(account: id)
                == .allowed(Principal(accountID: Realm.userID, accountType: .user, kind: .accountHeader)))
        #expect(
            on.decide(account: id.uppercased())
                == .allowed(Principal(accountID: Realm.userID, accountType: .user, kind: .accountHeader)))
        #expect(off.decide(account: id) == .forbidden(.accountHeaderDisabled))
        #expect(off.decide(account: "x") == .forbidden(.accountHeaderDisabled))
        #expect(on.decide(account: UniqueID.random().description) == .unauthenticated(.unknownAccount))
        for text in ["", "x", "\(id) ", "{\(id)}", String(id.dropLast())] {
            #expect(on.decide(account: text) == .malformed(.accountHeaderNotUUID), "\(text)")
        }
    }

    @Test func whoeverCameByTheAccountHeaderMayNotStayWhenItIsOff() {
        let principal = Principal(accountID: Realm.userID, accountType: .user, kind: .accountHeader)
        let (on, off) = (Realm(allowsAccountHeader: true), Realm(allowsAccountHeader: false))
        #expect(on.authenticator.review(principal, now: Realm.now) == .allowed(principal))
        #expect(off.authenticator.review(principal, now: Realm.now) == .forbidden(.accountHeaderDisabled))
    }

    @Test(arguments: [
        ("user@example.org", "pw:with:colons", true),
        ("user@example.org", "pw", false),
        ("user@example.org", "", false),
        ("nobody@example.org", "pw:with:colons", false),
        ("", "", false),
    ])
    func basic(login: String, password: String, matches: Bool) {
        let realm = Realm()
        let value = "Basic \(Base64.encode(Array("\(login):\(password)".utf8), .standard))"
        let expected: Decision =
            matches
            ? .allowed(Principal(accountID: Realm.userID, accountType: .user, kind: .basic))
            : .unauthenticated(.wrongLoginOrPassword)
        #expect(realm.decide(value) == expected)
    }

    @Test func basicIsHashedOnce() throws {
        let realm = Realm()
        let value = realm.basic
        let check = try #require(realm.check(value))
        let decision = realm.authenticator.accept(check, check.run(), now: Realm.now)
        #expect(decision == .allowed(Principal(accountID: Realm.userID, accountType: .user, kind: .basic)))
        #expect(realm.check(value) == nil)
        #expect(realm.check(value, now: Realm.now + 9_999) == nil)
        #expect(realm.check(value, now: Realm.now + 10_000) != nil)
        #expect(realm.check(value, now: Realm.now - 1) != nil, "a clock set back does not prolong")
    }

    @Test func aWrongPasswordIsRememberedBriefly() throws {
        let realm = Realm()
        let value = "Basic \(Base64.encode(Array("user@example.org:no".utf8), .standard))"
        let check = try #require(realm.check(value))
        #expect(
            realm.authenticator.accept(check, check.run(), now: Realm.now) == .unauthenticated(.wrongLoginOrPassword))
        #expect(realm.check(value, now: Realm.now + 999) == nil)
        #expect(realm.check(value, now: Realm.now + 1000) != nil)
    }

    @Test func aFailedHashIsNeitherYesNorNo() throws {
        let realm = Realm()
        let check = try #require(realm.check(realm.basic))
        #expect(realm.authenticator.accept(check, .failed, now: Realm.now) == .unavailable(.overloaded))
        #expect(realm.check(realm.basic) != nil)
    }

    /// What a token's record, its account and the time make of a rightly signed token.
    @Test(arguments: [
        TokenCase("a plain one"),
        TokenCase("a record of no end, an exp to come", exp: 1),
        TokenCase("exp is now", exp: 0, refusal: .unauthenticated(.tokenExpired)),
        TokenCase("exp has passed", exp: -1, refusal: .unauthenticated(.tokenExpired)),
        TokenCase("nbf is now", notBefore: 0),
        TokenCase("nbf is to come", notBefore: 1, refusal: .unauthenticated(.tokenNotYetValid)),
        TokenCase("the record ends in a second", recordEnd: 1),
        TokenCase("the record ends now", recordEnd: 0, refusal: .unauthenticated(.tokenExpired)),
        TokenCase("no record", hasRecord: false, refusal: .unauthenticated(.tokenUnknown)),
        TokenCase("no record, and expired", exp: -1, hasRecord: false, refusal: .unauthenticated(.tokenExpired)),
        TokenCase("another account's record", isOwn: false, refusal: .unauthenticated(.tokenUnknown)),
        TokenCase("no account", hasAccount: false, refusal: .unauthenticated(.tokenUnknown)),
        TokenCase("wide on a user", visibility: .all, refusal: .forbidden(.visibilityNotAllowed)),
        TokenCase("wide on an advanced user", type: .advancedUser, visibility: .all),
        TokenCase("wide on an admin", type: .admin, visibility: .all),
        TokenCase("narrow on an admin", type: .admin),
    ])
    func token(_ row: TokenCase) throws {
        let accountID = UniqueID.random()
        let tokenID = UniqueID.random()
        let seconds = Realm.now / 1000
        var document = AccountsDocument(signingKey: .random())
        if row.hasAccount { document.accounts = [Realm.account(accountID, "t@example.org", row.type)] }
        if row.hasRecord {
            document.tokens = [
                TokenRecord(
                    id: tokenID, accountID: row.isOwn ? accountID : .random(), description: "",
                    permissions: try permissions(#"{"streams": ["view"]}"#), visibility: row.visibility,
                    expires: row.recordEnd.map { Timestamp(unixSeconds: seconds + $0) },
                    created: Timestamp(unixSeconds: 0))
            ]
        }
        let realm = Realm(document)
        let claims = TokenClaims(
            accountID: accountID, tokenID: tokenID, expires: row.exp.map { $0 + seconds },
            notBefore: row.notBefore.map { $0 + seconds })
        let decision = realm.decide("Bearer \(document.signingKey.sign(claims))")
        let end = [row.exp, row.recordEnd].compactMap(\.self).min().map { $0 + seconds }
        let principal = Principal(
            accountID: accountID, accountType: row.type, kind: .token, tokenID: tokenID, verbs: [VerbSet(.view)],
            visibility: row.visibility, expires: end, signedEnd: row.exp.map { $0 + seconds })
        #expect(decision == row.refusal ?? .allowed(principal))
        #expect(principal.permits(.view) && !principal.permits(.deletion))
    }

    @Test func aTokenIsNotRememberedPastItsEnd() throws {
        let realm = Realm()
        let value = try realm.token(exp: 2)
        guard case .allowed = realm.decide(value) else { return #expect(Bool(false), "not allowed") }
        guard case .allowed = realm.decide(value, now: Realm.now + 1_999) else {
            return #expect(Bool(false), "not allowed")
        }
        #expect(realm.authenticator.cacheUse == (hits: 1, misses: 1))
        #expect(realm.decide(value, now: Realm.now + 2_000) == .unauthenticated(.tokenExpired))
    }

    @Test func tokensAreDecidedFromTheCache() throws {
        let realm = Realm()
        let value = try realm.token()
        for _ in 0..<10 { _ = realm.decide(value) }
        #expect(realm.authenticator.cacheUse == (hits: 9, misses: 1))
        // The scheme's case is not part of the credential.
        _ = realm.decide(value.replacing("Bearer ", with: "bEARER   "))
        #expect(realm.authenticator.cacheUse == (hits: 10, misses: 1))
    }

    /// Of several accounts, and of a token and a password, what a new directory leaves as it was is not decided again.
    @Test func aNewDirectoryForgetsOnlyWhatItChanges() throws {
        let realm = Realm()
        let other = UniqueID(high: 0x2222_1111_2222_4333, low: 0x8444_5555_5555_5555)
        let unknown = "Basic \(Base64.encode(Array("nobody@example.org:guess".utf8), .standard))"
        let wrong = "Basic \(Base64.encode(Array("user@example.org:guess".utf8), .standard))"
        let token = try realm.token()
        let values = [token, realm.basic, unknown, wrong, "Bearer x.y.z"]
        let decisions = values.map { realm.decide($0) }
        var document = realm.document

        func follow(_ change: (inout AccountsDocument) throws -> Void) rethrows {
            try change(&document)
            realm.authenticator.replace(directory: AccountDirectory(document))
        }
        /// Those that are decided on anew.
        func forgotten() -> Set<Int> {
            Set(
                values.indices.filter { index in
                    let misses = realm.authenticator.cacheUse.misses
                    _ = realm.decide(values[index])
                    return realm.authenticator.cacheUse.misses > misses
                })
        }

        follow { $0.accounts.append(Realm.account(other, "other@example.org", .admin)) }
        #expect(forgotten() == [])
        try follow {
            $0.tokens.append(
                TokenRecord(
                    id: other, accountID: Realm.userID, description: "", permissions: try permissions("{}"),
                    visibility: .account, expires: nil, created: Timestamp(unixSeconds: 0)))
        }
        follow { $0.tokens[0].description = "new" }
        #expect(forgotten() == [] && values.map { realm.decide($0) } == decisions)

        try follow { $0.tokens[0].permissions = try permissions(#"{"streams": ["view"]}"#) }
        #expect(forgotten() == [0])
        follow { $0.tokens[0].expires = Timestamp(unixSeconds: Realm.now / 1000 + 5) }
        #expect(forgotten() == [0])
        follow { $0.accounts[0].type = .admin }
        #expect(forgotten() == [0, 1])
        try follow { $0.accounts[0].password = try #require(PasswordHash(of: Secret(Array("new".utf8)), cost: .test)) }
        #expect(forgotten() == [1, 3])
        follow { $0.accounts.append(Realm.account(.random(), "nobody@example.org", .user)) }
        #expect(forgotten() == [2])
        follow { $0.tokens = [] }
        #expect(forgotten() == [0] && realm.decide(token) == .unauthenticated(.tokenUnknown))
        follow { $0.signingKey = .random() }
        #expect(forgotten() == [0, 1, 2, 3, 4])
    }

    /// The end of a record may be moved; what is written in the token may not.
    @Test func aReviewSeesTheEndOfNow() throws {
        let realm = Realm()
        guard case .allowed(let principal) = realm.decide(try realm.token(exp: 50)) else {
            return #expect(Bool(false), "not allowed")
        }
        let seconds = Realm.now / 1000
        for (recordEnd, end) in [(10, 10), (90, 50), (nil, 50)] as [(Int64?, Int64)] {
            var document = realm.document
            document.tokens[0].expires = recordEnd.map { Timestamp(unixSeconds: seconds + $0) }
            realm.authenticator.replace(directory: AccountDirectory(document))
            guard case .allowed(let current) = realm.authenticator.review(principal, now: Realm.now) else {
                return #expect(Bool(false), "not allowed")
            }
            #expect(current.expires == seconds + end)
        }
    }

    @Test func aNewDirectoryForgetsADeletedToken() throws {
        let realm = Realm()
        let value = try realm.token()
        guard case .allowed = realm.decide(value) else { return #expect(Bool(false), "not allowed") }
        var document = realm.document
        document.tokens = []
        realm.authenticator.replace(directory: AccountDirectory(document))
        #expect(realm.decide(value) == .unauthenticated(.tokenUnknown))
    }

    @Test func aVerdictOnAReplacedHashCountsForNothing() throws {
        let realm = Realm()
        let check = try #require(realm.check(realm.basic))
        let verdict = check.run()
        #expect(verdict == .matches)

        // Replaced, the account unchanged: the verdict holds.
        realm.authenticator.replace(directory: AccountDirectory(realm.document))
        #expect(
            realm.authenticator.accept(check, verdict, now: Realm.now)
                == .allowed(Principal(accountID: Realm.userID, accountType: .user, kind: .basic)))
        #expect(realm.check(realm.basic) == nil)

        // Its password changed.
        var document = realm.document
        document.accounts[0].password = try #require(PasswordHash(of: Secret(Array("new".utf8)), cost: .test))
        realm.authenticator.replace(directory: AccountDirectory(document))
        #expect(realm.authenticator.accept(check, verdict, now: Realm.now) == .unavailable(.overloaded))

        // The account is gone.
        document.accounts.removeFirst()
        realm.authenticator.replace(directory: AccountDirectory(document))
        #expect(realm.authenticator.accept(check, verdict, now: Realm.now) == .unavailable(.overloaded))
    }

    @Test func theCacheIsBounded() throws {
        var settings = Authenticator.CacheSettings()
        settings.capacity = 64
        let realm = Realm(cache: settings)
        let mine = try realm.token()
        for exp in 1...1000 {
            guard case .allowed = realm.decide(try realm.token(exp: Int64(exp))) else {
                return #expect(Bool(false), "not allowed")
            }
            _ = realm.decide(mine)
            #expect(realm.authenticator.cacheCount <= 64)
        }
        #expect(realm.authenticator.cacheUse.hits == 999, "one in use is kept")
    }

    @Test func refusalsNeverPushOutWhoIsAllowed() throws {
        var settings = Authenticator.CacheSettings()
        settings.capacity = 16
        let realm = Realm(cache: settings)
        let mine = try realm.token()
        _ = realm.decide(mine)
        for number in 0..<500 { #expect(realm.decide("Bearer \(number)") == .unauthenticated(.tokenCorrupted)) }
        _ = realm.decide(mine)
        #expect(realm.authenticator.cacheUse.hits == 1)
        #expect(realm.authenticator.cacheCount <= 24)
    }

    @Test func reviewFollowsTheDirectory() throws {
        let realm = Realm(allowsAccountHeader: true)
        guard case .allowed(let token) = realm.decide(try realm.token(exp: 5)),
            case .allowed(let basic) = realm.decide(realm.basic),
            case .allowed(let header) = realm.decide(account: Realm.userID.description)
        else { return #expect(Bool(false), "not allowed") }
        for principal in [token, basic, header] {
            #expect(realm.authenticator.review(principal, now: Realm.now) == .allowed(principal))
        }
        #expect(realm.authenticator.review(token, now: Realm.now + 5_000) == .unauthenticated(.tokenExpired))
        realm.authenticator.replace(directory: AccountDirectory(AccountsDocument(signingKey: .random())))
        #expect(realm.authenticator.review(token, now: Realm.now) == .unauthenticated(.tokenUnknown))
        #expect(realm.authenticator.review(basic, now: Realm.now) == .unauthenticated(.wrongLoginOrPassword))
        #expect(realm.authenticator.review(header, now: Realm.now) == .unauthenticated(.unknownAccount))
    }

    /// Bytes that nobody signed never pass, whatever they look like.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func randomBytesNeverPass(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let realm = Realm()
        let signed = Array(try realm.token().utf8)
        for _ in 0..<3_000 {
            var bytes: [UInt8]
            switch Int.random(in: 0..<3, using: &random) {
            case 0:
                bytes = (0..<Int.random(in: 0..<80, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
            case 1:
                bytes = Array(["Bearer ", "Basic "].randomElement(using: &random)!.utf8)
                let alphabet = Array("ABCDwxyz0189-_+/=. ".utf8)
                bytes += (0..<Int.random(in: 0..<120, using: &random)).map { _ in
                    alphabet.randomElement(using: &random)!
                }
            default:
                // One byte of a true token changed.
                bytes = signed
                let index = Int.random(in: "Bearer ".utf8.count..<bytes.count, using: &random)
                bytes[index] ^= UInt8(1) << UInt8.random(in: 0..<8, using: &random)
            }
            if let decision = realm.step(bytes) {
                if case .allowed = decision { #expect(Bool(false), "seed \(seed): \(bytes) passes") }
            }
        }
    }
}
