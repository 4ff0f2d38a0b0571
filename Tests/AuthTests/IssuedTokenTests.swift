import Auth
import HTTPCore
import Testing

/// Tokens of other issuers: which pass, and as whom.
@Suite struct IssuedTokenTests {
    private static let now = IssuerSample.now
    private static let corrupted = Decision.unauthenticated(.tokenCorrupted)
    private static let expired = Decision.unauthenticated(.tokenExpired)

    @Test(arguments: TokenAlgorithm.allCases)
    func `A token of each algorithm passes by its key and by no other`(_ algorithm: TokenAlgorithm) throws {
        let token = IssuerSample.token(algorithm)
        for other in TokenAlgorithm.allCases {
            let expected = other == algorithm ? IssuerSample.principal() : Self.corrupted
            #expect(try IssuerSample.decide(token, IssuerSample.issuer(other)) == expected)
        }
        #expect(IssuerSample.decide(token) == Self.corrupted)
    }

    /// Checking one takes a third of a millisecond of the worker's loop where the key is as large as may be.
    @Test func `A token that names its issuer costs one signature, a made-up one none`() throws {
        let issuers = try (0..<16).map { number in
            try IssuerSample.issuer(.rs256) { $0.issuer = "issuer-\(number)" }
        }
        for (issuer, account, count, expected) in [
            ("issuer-7", IssuerSample.accountID, 1, IssuerSample.principal()),
            ("nobody", IssuerSample.accountID, 0, Self.corrupted),
        ] {
            let payload = IssuerSample.payload(#""iss":"\#(issuer)","exp":\#(Self.now + 100)"#, account: account)
            let realm = Realm(issuers: issuers)
            #expect(realm.decide("Bearer \(IssuerSample.token(.rs256, payload))") == expected)
            #expect(realm.authenticator.signaturesChecked == count)
            let forged = IssuerSample.token(#"{"alg":"RS256"}"#, payload) { IssuingKey.otherRSA.sign($0) }
            #expect(realm.decide("Bearer \(forged)") == Self.corrupted)
            #expect(realm.authenticator.signaturesChecked == 2 * count)
        }
    }

    /// Made by others: appendices A.1 and A.3 of RFC 7515. They ended in 2011, which is told only of a token whose
    /// signature is right.
    @Test func `Signatures of the RFC's own examples`() throws {
        let payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        let rows: [(TokenAlgorithm, jwk: String, header: String, signature: String)] = [
            (
                .hs256,
                #"""
                {"kty":"oct",
                 "k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}
                """#,
                "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
            ),
            (
                .es256,
                #"""
                {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                 "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
                """#,
                "eyJhbGciOiJFUzI1NiJ9",
                "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
            ),
        ]
        for (algorithm, jwk, header, signature) in rows {
            let issuer = try IssuerSample.issuer(IssuerSample.keys(jwk, algorithm)) { $0.issuer = "joe" }
            #expect(IssuerSample.decide("\(header).\(payload).\(signature)", issuer) == Self.expired)
            #expect(IssuerSample.decide("\(header).\(payload).e\(signature.dropFirst())", issuer) == Self.corrupted)
        }
    }

    @Test(arguments: [
        #"{"alg":"RS256"}"#, #"{"alg":"RS256","typ":"jwt"}"#, #"{"alg":"RS256","typ":"at+jwt"}"#,
        #"{"typ":"application/at+JWT","alg":"RS256","jku":"https://evil.example","x5t":"x"}"#,
    ])
    func `Headers that pass`(_ header: String) throws {
        let token = IssuerSample.token(.rs256, header: header)
        #expect(try IssuerSample.decide(token, IssuerSample.issuer(.rs256)) == IssuerSample.principal())
    }

    @Test(arguments: [
        #"{"alg":"none"}"#, #"{"alg":"None"}"#, #"{"alg":"rs256"}"#, #"{"alg":"RS384"}"#, #"{"alg":"PS256"}"#,
        #"{"alg":"HS256"}"#, #"{"alg":"ES256"}"#, #"{"alg":"RS256 "}"#, #"{"alg":["RS256"]}"#, #"{"alg":null}"#,
        "{}", "[]", #""RS256""#, "", #"{"alg":"RS256"}x"#, #"{"alg":"none","alg":"RS256"}"#,
        #"{"alg":"RS256","alg":"none"}"#, #"{"alg":"RS256","crit":["exp"]}"#, #"{"alg":"RS256","crit":[]}"#,
        #"{"alg":"RS256","b64":false,"crit":["b64"]}"#, #"{"alg":"RS256","typ":"JWE"}"#, #"{"alg":"RS256","typ":1}"#,
        #"{"alg":"RS256","typ":"logout+jwt"}"#, #"{"alg":"RS256","kid":1}"#, #"{"alg":"RS256","kid":null}"#,
        #"{"alg":"RS256","kid":"x"}"#, #"{"alg":"RS256","kid":""}"#,
    ])
    func `Headers that do not, signed rightly`(_ header: String) throws {
        let token = IssuerSample.token(.rs256, header: header)
        #expect(try IssuerSample.decide(token, IssuerSample.issuer(.rs256)) == Self.corrupted)
    }

    // MARK: - Attacks on the signature

    @Test func `A public key is no secret`() throws {
        // Both with each issuer alone and with an HS256 issuer beside it.
        let issuers = try [IssuerSample.issuer(.rs256), IssuerSample.issuer(.es256), IssuerSample.issuer(.hs256)]
        for key in [IssuingKey.rsa, .p256] {
            let pem = Array(key.pem.utf8)
            let secrets = [key.spki, pem, Array(pem.dropLast()), Array(key.rsaOrECMembers.utf8)]
            for secret in secrets {
                for header in [#"{"alg":"HS256"}"#, #"{"alg":"RS256"}"#, #"{"alg":"ES256"}"#] {
                    let token = IssuerSample.token(header, IssuerSample.payload()) { hmac(secret, $0) }
                    #expect(Realm(issuers: issuers).decide("Bearer \(token)") == Self.corrupted)
                    for issuer in issuers { #expect(IssuerSample.decide(token, issuer) == Self.corrupted) }
                }
            }
        }
    }

    /// HMAC with a key of any length.
    private func hmac(_ key: [UInt8], _ text: String) -> [UInt8] {
        Reference.hmacSHA256(key: key.count > 64 ? Reference.sha256(key) : key, text)
    }

    @Test func `A long secret is hashed first`() throws {
        let secret = (0..<200).map { UInt8($0) }
        let issuer = try IssuerSample.issuer(IssuerSample.keys(IssuerSample.oct(secret), .hs256))
        let token = IssuerSample.token(#"{"alg":"HS256"}"#, IssuerSample.payload()) { hmac(secret, $0) }
        #expect(IssuerSample.decide(token, issuer) == IssuerSample.principal())
    }

    @Test func `Signatures that are none`() throws {
        let header = #"{"alg":"ES256"}"#
        let issuer = try IssuerSample.issuer(.es256)
        let order: [UInt8] = [
            0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD,
            0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
        ]
        let zero = [UInt8](repeating: 0, count: 32)
        let attempts: [(String) -> [UInt8]] = [
            { IssuingKey.p256.sign($0) },  // DER
            { Array(IssuingKey.p256.signRaw($0).dropLast()) },
            { IssuingKey.p256.signRaw($0) + [0] },
            { [0] + IssuingKey.p256.signRaw($0) },
            { Array(IssuingKey.p256.signRaw($0).prefix(32)) },
            { Array(IssuingKey.p256.signRaw($0).reversed()) },
            { IssuingKey.p256.signRaw($0 + " ") },
            { IssuingKey.otherP256.signRaw($0) },
            { IssuingKey.rsa.sign($0) },
            { _ in zero + zero }, { _ in order + order }, { _ in order + zero }, { _ in zero + order }, { _ in [] },
            { _ in zero.dropLast() + [1] + zero.dropLast() + [1] }, { _ in Array(repeating: 0xFF, count: 64) },
        ]
        for (index, sign) in attempts.enumerated() {
            let token = IssuerSample.token(header, IssuerSample.payload(), sign)
            #expect(IssuerSample.decide(token, issuer) == Self.corrupted, "\(index)")
        }
        let rsa = try IssuerSample.issuer(.rs256)
        let rsaAttempts: [(String) -> [UInt8]] = [
            { IssuingKey.otherRSA.sign($0) }, { [0] + IssuingKey.rsa.sign($0) }, { IssuingKey.rsa.sign($0) + [0] },
            { Array(IssuingKey.rsa.sign($0).dropLast()) }, { IssuingKey.rsa.sign($0 + " ") }, { _ in [] }, { _ in [0] },
            { IssuingKey.rsa.signSHA512($0) }, { _ in Array(repeating: 0, count: 256) }, { Array($0.utf8) },
        ]
        for (index, sign) in rsaAttempts.enumerated() {
            let token = IssuerSample.token(#"{"alg":"RS256"}"#, IssuerSample.payload(), sign)
            #expect(IssuerSample.decide(token, rsa) == Self.corrupted, "\(index)")
        }
    }

    @Test func `A key that the token brings along is not used`() throws {
        let header = #"{"alg":"RS256","jwk":{\#(IssuingKey.otherRSA.rsaMembers)}}"#
        let token = IssuerSample.token(header, IssuerSample.payload()) { IssuingKey.otherRSA.sign($0) }
        #expect(try IssuerSample.decide(token, IssuerSample.issuer(.rs256)) == Self.corrupted)
    }

    // MARK: - Which key

    @Test func `The kid chooses among several keys`() throws {
        let keys = try [
            IssuerKey(id: "a", key: IssuerSample.keys(IssuingKey.rsa.pem, .rs256)[0].key),
            IssuerKey(id: "b", key: IssuerSample.keys(IssuingKey.otherRSA.pem, .rs256)[0].key),
        ]
        let two = try IssuerSample.issuer(keys)
        let one = try IssuerSample.issuer([keys[0]])
        let rows: [(header: String, ofTwo: Bool, ofOne: Bool)] = [
            (#"{"alg":"RS256","kid":"a"}"#, true, true), (#"{"alg":"RS256","kid":"b"}"#, false, false),
            (#"{"alg":"RS256","kid":"c"}"#, false, false), (#"{"alg":"RS256"}"#, false, true),
            (#"{"alg":"RS256","kid":"A"}"#, false, false), (#"{"alg":"HS256","kid":"a"}"#, false, false),
        ]
        for row in rows {
            let token = IssuerSample.token(.rs256, header: row.header)
            let good = IssuerSample.principal()
            #expect(IssuerSample.decide(token, two) == (row.ofTwo ? good : Self.corrupted), "\(row.header)")
            #expect(IssuerSample.decide(token, one) == (row.ofOne ? good : Self.corrupted), "\(row.header)")
        }
    }

    @Test func `Two issuers with one key are told apart by iss`() throws {
        let first = try IssuerSample.issuer(.rs256) { $0.issuer = "first" }
        let second = try IssuerSample.issuer(.rs256) {
            $0.issuer = "second"
            $0.accountType = .admin
        }
        func decide(_ iss: String) -> Decision {
            IssuerSample.decide(
                IssuerSample.token(.rs256, IssuerSample.payload(#""exp":\#(Self.now + 100),"iss":"\#(iss)""#)),
                first, second)
        }
        #expect(decide("first") == IssuerSample.principal())
        #expect(decide("second") == IssuerSample.principal(type: .admin))
        #expect(decide("third") == Self.corrupted)
    }

    @Test func `One issuer's key signs nothing for another`() throws {
        let first = try IssuerSample.issuer(.rs256) { $0.issuer = "first" }
        let second = try IssuerSample.issuer(.es256) { $0.issuer = "second" }
        let payload = IssuerSample.payload(#""exp":\#(Self.now + 100),"iss":"second""#)
        #expect(IssuerSample.decide(IssuerSample.token(.rs256, payload), first, second) == Self.corrupted)
        #expect(IssuerSample.decide(IssuerSample.token(.es256, payload), first, second) == IssuerSample.principal())
    }

    // MARK: - Beside our own

    @Test func `Our own tokens stay what they are`() throws {
        let realm = try Realm(issuers: [IssuerSample.issuer(.hs256)])
        guard case .allowed(let principal) = realm.decide(try realm.token(exp: 60)) else {
            Issue.record("refused")
            return
        }
        #expect(!principal.isOfOtherIssuer && principal.tokenID == Realm.tokenID)
        #expect(realm.decide(try realm.token(exp: -1)) == Self.expired)
    }

    @Test func `A token of another issuer counts for itself as long as it lasts`() throws {
        let realm = try Realm(issuers: [IssuerSample.issuer(.rs256)])
        // The id of a record of ours makes it no token of ours.
        let token = IssuerSample.token(
            .rs256, IssuerSample.payload(#""exp":\#(Self.now + 100),"jti":"\#(Realm.tokenID)""#))
        guard case .allowed(let principal) = realm.decide("Bearer \(token)") else {
            Issue.record("refused")
            return
        }
        #expect(principal.tokenID == Realm.tokenID)
        #expect(realm.authenticator.review(principal, now: Realm.now) == .allowed(principal))
        #expect(realm.authenticator.review(principal, now: Realm.now + 130_000) == Self.expired)
        #expect(realm.authenticator.cacheUse.misses == 1)
        #expect(realm.decide("Bearer \(token)") == .allowed(principal))
        #expect(realm.authenticator.cacheUse.hits == 1)
        #expect(realm.decide("Bearer \(token)", now: Realm.now + 130_000) == Self.expired)
    }
}

extension IssuingKey {
    /// The members of the JWK, whichever kind the key is.
    fileprivate var rsaOrECMembers: String { spki.count < 100 ? ecMembers : rsaMembers }
}
