import Auth
import HTTPCore
import Testing

/// What the claims of a rightly signed token of another issuer come to.
@Suite struct IssuedClaimsTests {
    private static let now = IssuerSample.now
    private static let corrupted = Decision.unauthenticated(.tokenCorrupted)
    private static let expired = Decision.unauthenticated(.tokenExpired)
    private static let early = Decision.unauthenticated(.tokenNotYetValid)
    private static let good = IssuerSample.principal()

    private static func decide(
        _ payload: String, now: Int64 = Realm.now, _ change: (inout TokenIssuer) -> Void = { _ in }
    ) throws -> Decision {
        try IssuerSample.decide(
            IssuerSample.token(.hs256, payload), IssuerSample.issuer(.hs256, change), now: now)
    }

    /// Members of the payload beside `account_id`; the leeway is 30 s.
    static let dates: [(String, Decision)] = [
        ("", corrupted), (#""exp":null"#, corrupted), (#""exp":"2000000000""#, corrupted),
        (#""exp":true"#, corrupted), (#""exp":[2000000000]"#, corrupted), (#""exp":1e400"#, corrupted),
        (#""exp":1e30"#, corrupted), (#""exp":-1"#, expired), (#""exp":0"#, expired),
        (#""exp":\#(now - 31)"#, expired), (#""exp":\#(now - 30)"#, expired),
        (#""exp":\#(now - 29)"#, IssuerSample.principal(expires: now + 1)),
        (#""exp":\#(now - 29).9"#, IssuerSample.principal(expires: now + 1)),
        (#""exp":9.2e18"#, IssuerSample.principal(expires: 9_200_000_000_000_000_030)),
        (#""exp":\#(now + 100),"exp":\#(now + 100)"#, corrupted),
        (#""exp":\#(now + 100),"e\u0078p":\#(now + 200)"#, corrupted),
        (#""exp":\#(now + 100),"nbf":\#(now)"#, good), (#""exp":\#(now + 100),"nbf":\#(now + 30)"#, good),
        (#""exp":\#(now + 100),"nbf":\#(now + 30).1"#, early), (#""exp":\#(now + 100),"nbf":\#(now + 31)"#, early),
        (#""exp":\#(now + 100),"nbf":"0""#, corrupted), (#""exp":\#(now + 100),"nbf":null"#, corrupted),
        (#""exp":\#(now + 100),"nbf":-9.2e18"#, good),
        (#""exp":\#(now + 100),"iat":\#(now)"#, good), (#""exp":\#(now + 100),"iat":\#(now + 30)"#, good),
        (#""exp":\#(now + 100),"iat":\#(now + 31)"#, early), (#""exp":\#(now + 100),"iat":"x""#, corrupted),
        (#""exp":\#(now + 100),"iat":\#(now + 31),"nbf":0"#, early),
        (#""exp":\#(now + 100),"iat":0,"nbf":\#(now + 31)"#, early),
        // Over before it began: it has ended for good.
        (#""exp":\#(now - 31),"nbf":\#(now + 31)"#, expired),
    ]

    @Test(arguments: dates.indices)
    func `Dates`(_ index: Int) throws {
        let (members, expected) = Self.dates[index]
        #expect(try Self.decide(IssuerSample.payload(members)) == expected, "\(members)")
    }

    @Test func `The leeway is the issuer's`() throws {
        let payload = IssuerSample.payload(#""exp":\#(Self.now)"#)
        #expect(try Self.decide(payload) { $0.leeway = 0 } == Self.expired)
        #expect(
            try Self.decide(payload, now: Realm.now - 1) { $0.leeway = 0 } == IssuerSample.principal(expires: Self.now))
        #expect(try Self.decide(payload, now: Realm.now + 300_000) { $0.leeway = 300 } == Self.expired)
        #expect(
            try Self.decide(payload, now: Realm.now + 299_999) { $0.leeway = 300 }
                == IssuerSample.principal(expires: Self.now + 300))
    }

    @Test func `A token without an end passes where that is allowed`() throws {
        let endless = try Self.decide(IssuerSample.payload("")) { $0.requiresExpiry = false }
        #expect(endless == IssuerSample.principal(expires: nil))
        // One that has an end still ends.
        let ended = try Self.decide(IssuerSample.payload(#""exp":0"#)) { $0.requiresExpiry = false }
        #expect(ended == Self.expired)
        let none = try Self.decide(IssuerSample.payload(#""exp":null"#)) { $0.requiresExpiry = false }
        #expect(none == Self.corrupted)
    }

    static let meant: [(String, iss: String?, aud: String?, Bool)] = [
        (#""iss":"a","aud":"b""#, nil, nil, true), (#""iss":"a""#, "a", nil, true), (#""iss":"A""#, "a", nil, false),
        (#""iss":"a/""#, "a", nil, false), (#""iss":["a"]"#, "a", nil, false), (#""x":1"#, "a", nil, false),
        (#""iss":null"#, "a", nil, false), (#""iss":"\u212A""#, "K", nil, false),
        (#""aud":"b""#, nil, "b", true), (#""aud":["x","b"]"#, nil, "b", true), (#""aud":["x","bb"]"#, nil, "b", false),
        (#""aud":[]"#, nil, "b", false), (#""aud":{"b":"b"}"#, nil, "b", false), (#""x":1"#, nil, "b", false),
        (#""aud":[["b"]]"#, nil, "b", false), (#""aud":"b c""#, nil, "b", false), (#""aud":1"#, nil, "b", false),
        (#""iss":"a","aud":"b""#, "a", "b", true), (#""iss":"a","aud":"c""#, "a", "b", false),
        (#""iss":"c","aud":"b""#, "a", "b", false),
    ]

    @Test(arguments: meant.indices)
    func `Issuer and audience`(_ index: Int) throws {
        let (members, iss, aud, passes) = Self.meant[index]
        let decision = try Self.decide(IssuerSample.payload(#"\#(members),"exp":\#(Self.now + 100)"#)) {
            $0.issuer = iss
            $0.audience = aud
        }
        #expect(decision == (passes ? Self.good : Self.corrupted), "\(members)")
    }

    @Test(arguments: [
        "", "null", "[]", "{}", #""x""#, #"{"exp":9e9}"#, #"{"exp":9e9,"account_id":null}"#,
        #"{"exp":9e9,"account_id":"x"}"#, #"{"exp":9e9,"account_id":1}"#,
        #"{"exp":9e9,"account_id":"\#(IssuerSample.accountID) "}"#,
        #"{"exp":9e9,"account_id":"{\#(IssuerSample.accountID)}"}"#,
        #"{"exp":9e9,"sub":"\#(IssuerSample.accountID)"}"#,
        #"{"exp":9e9,"account_id":"\#(IssuerSample.accountID)","account\u005fid":"\#(Realm.userID)"}"#,
        #"{"exp":9e9,"account_id":"\#(IssuerSample.accountID)"}}"#,
        #"{"exp":9e9,"account_id":"\#(IssuerSample.accountID)","x":\#(String(repeating: "[", count: 5000))}"#,
    ])
    func `Payloads without an account`(_ payload: String) throws {
        #expect(try Self.decide(payload) == Self.corrupted)
    }

    @Test func `Only what is named is looked at`() throws {
        let members = """
            "exp":\(Self.now + 100),"account_type":"admin","permissions":{"streams":["view"]},"visibility_area":"all"
            """
        #expect(try Self.decide(IssuerSample.payload(members)) == Self.good)
    }

    static let named: [(String, Decision)] = [
        ("", IssuerSample.principal(type: .advancedUser, verbs: VerbSet(.deletion))),
        (#","type":"user""#, IssuerSample.principal(verbs: VerbSet(.deletion))),
        (#","type":"admin""#, IssuerSample.principal(type: .admin, verbs: VerbSet(.deletion))),
        (#","type":"root""#, corrupted), (#","type":null"#, corrupted), (#","type":"Admin""#, corrupted),
        (#","area":"all""#, IssuerSample.principal(type: .advancedUser, verbs: VerbSet(.deletion), visibility: .all)),
        (#","area":"account""#, IssuerSample.principal(type: .advancedUser, verbs: VerbSet(.deletion))),
        (#","area":"all","type":"user""#, .forbidden(.visibilityNotAllowed)),
        (#","area":"everything""#, corrupted), (#","area":1"#, corrupted),
        (#","scope":{"streams":["view"]}"#, IssuerSample.principal(type: .advancedUser, verbs: VerbSet(.view))),
        (#","scope":{"x":["view"]}"#, IssuerSample.principal(type: .advancedUser)),
        (#","scope":{"streams":["look"]}"#, corrupted), (#","scope":{"streams":"view"}"#, corrupted),
        (
            #","scope":["streams:view","streams:creation","view","streams:","streams:look","faces:deletion"]"#,
            IssuerSample.principal(type: .advancedUser, verbs: [VerbSet(.view), VerbSet(.creation)])
        ),
        (#","scope":["streams:view",1]"#, corrupted),
        (
            #","scope":"openid streams:modification  streams:view""#,
            IssuerSample.principal(type: .advancedUser, verbs: [VerbSet(.view), VerbSet(.modification)])
        ),
        (#","scope":"view xstreams:view""#, IssuerSample.principal(type: .advancedUser)),
        (#","scope":"""#, IssuerSample.principal(type: .advancedUser)),
        (#","scope":null"#, corrupted), (#","scope":true"#, corrupted), (#","scope":7"#, corrupted),
        (
            #","id":"\#(Realm.tokenID)""#,
            IssuerSample.principal(type: .advancedUser, tokenID: Realm.tokenID, verbs: VerbSet(.deletion))
        ),
        (#","id":"x1""#, IssuerSample.principal(type: .advancedUser, verbs: VerbSet(.deletion))),
    ]

    @Test(arguments: named.indices)
    func `Claims by the names that the settings give them`(_ index: Int) throws {
        let (members, expected) = Self.named[index]
        let payload = #"{"https://a.example/who":"\#(IssuerSample.accountID)","exp":\#(Self.now + 100)\#(members)}"#
        let decision = try Self.decide(payload) { issuer in
            issuer.accountType = .advancedUser
            issuer.verbs = VerbSet(.deletion)
            issuer.claims.accountID = "https://a.example/who"
            issuer.claims.accountType = "type"
            issuer.claims.permissions = "scope"
            issuer.claims.visibility = "area"
            issuer.claims.tokenID = "id"
        }
        #expect(decision == expected, "\(members)")
    }
}
