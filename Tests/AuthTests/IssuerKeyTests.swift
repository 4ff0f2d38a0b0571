import Auth
import Testing

/// Which texts are keys, and why others are not.
@Suite struct IssuerKeyTests {
    private static let rsa = IssuingKey.rsa.rsaMembers
    private static let ec = IssuingKey.p256.ecMembers
    private static let secret = IssuerSample.secret

    private static func rsa(n: [UInt8], e: [UInt8]) -> String {
        #"{"kty":"RSA","n":"\#(Base64.encode(n, .url))","e":"\#(Base64.encode(e, .url))"}"#
    }

    static let good: [(String, String, TokenAlgorithm, ids: [String?])] = [
        ("RSA PEM", IssuingKey.rsa.pem, .rs256, [nil]),
        ("EC PEM", IssuingKey.p256.pem, .es256, [nil]),
        ("RSA certificate", IssuingKey.pem("CERTIFICATE", IssuingKey.rsa.certificate), .rs256, [nil]),
        ("EC certificate", IssuingKey.pem("CERTIFICATE", IssuingKey.p256.certificate), .es256, [nil]),
        ("words around, CRLF", "subject=x\n\n\(IssuingKey.rsa.pem)\n".replacing("\n", with: "\r\n"), .rs256, [nil]),
        ("spaces at line ends", IssuingKey.rsa.pem.replacing("\n", with: " \t\n"), .rs256, [nil]),
        ("RSA JWK", #" {"kid":"a","alg":"RS256","use":"sig","key_ops":["verify"],\#(rsa),"x5t":"x"}"#, .rs256, ["a"]),
        ("EC JWK", "\n{\(ec)}", .es256, [nil]),
        ("secret of 32 bytes", IssuerSample.oct(secret), .hs256, [nil]),
        ("secret of 100 bytes", IssuerSample.oct(secret + secret + secret + [1, 2, 3, 4]), .hs256, [nil]),
        (
            "set, with keys of other kinds",
            """
            {"keys": [{"kid":"a",\(rsa)}, {"kid":"b",\(ec)}, {"kid":"c","use":"enc",\(rsa)},
              {"kid":"d","alg":"RS512",\(rsa)}, {"kid":"e","kty":"OKP","crv":"Ed25519","x":"AA"},
              {"kid":"f",\(IssuingKey.otherRSA.rsaMembers)}]}
            """, .rs256, ["a", "f"]
        ),
    ]

    @Test(arguments: good.indices)
    func `A key is read`(_ index: Int) throws {
        let (name, text, algorithm, ids) = Self.good[index]
        let keys = try IssuerSample.keys(text, algorithm)
        #expect(keys.map(\.id) == ids, "\(name)")
        #expect(keys.allSatisfy { $0.key.algorithm == algorithm }, "\(name)")
    }

    @Test func `The same key in all its forms is one key`() throws {
        let forms = [
            IssuingKey.rsa.pem, IssuingKey.pem("CERTIFICATE", IssuingKey.rsa.certificate), "{\(Self.rsa)}",
            Self.rsa(n: [0] + IssuingKey.rsa.number("n"), e: IssuingKey.rsa.number("e")),
        ]
        let keys = try forms.map { try IssuerSample.keys($0, .rs256)[0].key }
        #expect(keys.allSatisfy { $0 == keys[0] })
        #expect(
            try IssuerSample.keys(IssuingKey.p256.pem, .es256)[0].key
                == IssuerSample.keys("{\(Self.ec)}", .es256)[0].key)
    }

    @Test func `A name in the settings names a PEM and picks from a set`() throws {
        let set = #"{"keys":[{"kid":"a",\#(Self.rsa)},{\#(Self.rsa)},{"kid":"b",\#(IssuingKey.otherRSA.rsaMembers)}]}"#
        #expect(try IssuerSample.keys(IssuingKey.rsa.pem, id: "x", .rs256).map(\.id) == ["x"])
        #expect(try IssuerSample.keys("{\(Self.rsa)}", id: "x", .rs256).map(\.id) == ["x"])
        #expect(try IssuerSample.keys(set, id: "b", .rs256).map(\.id) == ["b"])
    }

    private static let privateKey =
        "holds a private key, which has no place here; `openssl pkey -pubout` gives the public one"
    private static let privateMember =
        "belongs to a private key, which has no place here; leave only the public members"
    private static let noBase64 = "is damaged: between BEGIN and END stands no base 64"
    private static let url = "must be a string of base 64 for URLs, without padding"
    private static let noPEM = "must be a PEM of a PUBLIC KEY or a CERTIFICATE"

    static let bad: [(String, TokenAlgorithm, path: String, reason: String)] = [
        ("", .rs256, "", "is neither a PEM nor a JWK"),
        ("ssh-rsa AAAA", .rs256, "", "is neither a PEM nor a JWK"),
        ("\u{0}\u{ff}", .rs256, "", "is neither a PEM nor a JWK"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n", .rs256, "", "has no END line for its BEGIN line"),
        ("-----BEGIN PUBLIC KEY\nAAAA\n", .rs256, "", "has a BEGIN line that does not end in dashes"),
        ("-----BEGIN -----\n-----END -----", .rs256, "", "has a BEGIN line that does not end in dashes"),
        ("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----", .rs256, "", noBase64),
        (IssuingKey.rsa.pem.replacing("A", with: "!"), .rs256, "", noBase64),
        (IssuingKey.rsa.pem.replacing("PUBLIC", with: "RSA PUBLIC"), .rs256, "", noPEM),
        (IssuingKey.pem("EC PARAMETERS", [6, 1, 2]), .es256, "", noPEM),
        (IssuingKey.pem("PUBLIC KEY", [1, 2, 3]), .rs256, "", "is damaged: its PUBLIC KEY is none"),
        (IssuingKey.pem("PUBLIC KEY", IssuingKey.rsa.spki + [0]), .rs256, "", "is damaged: its PUBLIC KEY is none"),
        (
            IssuingKey.pem("PUBLIC KEY", IssuingKey.rsa.spki.dropLast()), .rs256, "",
            "is damaged: its PUBLIC KEY is none"
        ),
        (
            IssuingKey.pem("CERTIFICATE", IssuingKey.rsa.certificate + [0]), .rs256, "",
            "is damaged: its CERTIFICATE is none, or has a key of an unknown kind"
        ),
        (IssuingKey.rsa.pem + IssuingKey.otherRSA.pem, .rs256, "", "holds 2 PEM blocks; must hold one"),
        (IssuingKey.rsa.privatePEM, .rs256, "", privateKey),
        (IssuingKey.rsa.pem + IssuingKey.rsa.privatePEM, .rs256, "", privateKey),
        (IssuingKey.pem("EC PRIVATE KEY", [1]), .es256, "", privateKey),
        (IssuingKey.pem("ENCRYPTED PRIVATE KEY", [1]), .es256, "", privateKey),
        (IssuingKey.weakRSA.pem, .rs256, "", "is an RSA key of 1024 bits; must have 2048 to 8192"),
        (IssuingKey.p256.pem, .rs256, "", "must be an RSA key for RS256"),
        (IssuingKey.pss.pem, .rs256, "", "must be an RSA key for RS256"),
        (IssuingKey.rsa.pem, .es256, "", "must be an EC key on P-256 for ES256"),
        (IssuingKey.p384.pem, .es256, "", "must be an EC key on P-256 for ES256"),
        (
            IssuingKey.rsa.pem, .hs256, "",
            #"is a public key, which everybody may know; HS256 takes a JWK with kty "oct""#
        ),
        ("{", .rs256, "", "is no JWK: not JSON at 1:2: the text ends where a name in quotes should come"),
        ("{}", .rs256, ".kty", #"must be "RSA" for RS256"#),
        ("{\(rsa)}", .es256, ".kty", #"must be "EC" for ES256"#),
        ("{\(ec)}", .hs256, ".kty", #"must be "oct" for HS256"#),
        (IssuerSample.oct(secret), .rs256, ".kty", #"must be "RSA" for RS256"#),
        (#"{"alg":"RS512",\#(rsa)}"#, .rs256, ".alg", #"must be "RS256", the issuer's algorithm, or absent"#),
        (#"{"alg":1,\#(rsa)}"#, .rs256, ".alg", #"must be "RS256", the issuer's algorithm, or absent"#),
        (#"{"use":"enc",\#(rsa)}"#, .rs256, ".use", #"must be "sig" or absent"#),
        (#"{"key_ops":["sign"],\#(rsa)}"#, .rs256, ".key_ops", #"must be an array with "verify" in it, or absent"#),
        (#"{"kid":"",\#(rsa)}"#, .rs256, ".kid", "must be a string that is not empty"),
        (#"{\#(rsa),"d":"AQAB"}"#, .rs256, ".d", privateMember),
        (#"{\#(ec),"d":"AQAB"}"#, .es256, ".d", privateMember),
        (#"{\#(rsa),"qi":null}"#, .rs256, ".qi", privateMember),
        (#"{"kty":"RSA","n":"AQAB=","e":"AQAB"}"#, .rs256, ".n", url),
        (#"{"kty":"RSA","n":5,"e":"AQAB"}"#, .rs256, ".n", url),
        (#"{"kty":"RSA","n":"AQAB","e":""}"#, .rs256, ".e", url),
        (#"{"kty":"RSA","e":"AQAB"}"#, .rs256, ".n", url),
        (
            rsa(n: IssuingKey.weakRSA.number("n"), e: [1, 0, 1]), .rs256, "",
            "is an RSA key of 1024 bits; must have 2048 to 8192"
        ),
        (rsa(n: IssuingKey.rsa.number("n"), e: [1]), .rs256, "", "is no sound key"),
        (rsa(n: IssuingKey.rsa.number("n"), e: [2]), .rs256, "", "is no sound key"),
        (rsa(n: IssuingKey.rsa.number("n").dropLast() + [0], e: [1, 0, 1]), .rs256, "", "is no sound key"),
        (
            rsa(n: [0x80] + Array(repeating: 0, count: 2000), e: [1, 0, 1]), .rs256, "",
            "is an RSA key of 16008 bits; must have 2048 to 8192"
        ),
        (#"{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}"#, .es256, ".crv", #"must be "P-256" for ES256"#),
        (#"{"kty":"EC","crv":"P-256","x":"AAAA","y":"AA"}"#, .es256, ".x", "must be 32 bytes in base 64 for URLs"),
        (
            #"{"kty":"EC","crv":"P-256","x":"\#(ones)","y":"\#(ones)"}"#, .es256, "",
            "has an x and a y that are no point on P-256"
        ),
        (IssuerSample.oct(Array(secret.dropLast())), .hs256, ".k", "must be 32 to 1024 bytes for HS256"),
        (IssuerSample.oct(Array(IssuingKey.rsa.pem.utf8)), .hs256, ".k", "is a PEM, not a secret"),
        (#"{"kty":"oct"}"#, .hs256, ".k", url),
        (#"{"keys":{}}"#, .rs256, ".keys", "must be an array, not an object"),
        (#"{"keys":[]}"#, .rs256, ".keys", "holds no key for RS256"),
        (#"{"keys":[{\#(ec)}]}"#, .rs256, ".keys", "holds no key for RS256"),
        (#"{"keys":[{\#(rsa)},5]}"#, .rs256, ".keys[1]", "must be an object, not a number"),
        (#"{"keys":[{\#(rsa)},{\#(ec),"d":"AQAB"}]}"#, .rs256, ".keys[1].d", privateMember),
        (#"{"keys":[{\#(rsa)},{"kty":"RSA","n":"AQAB"}]}"#, .rs256, ".keys[1].e", url),
        (
            #"{"keys":[{\#(rsa)},{\#(IssuingKey.weakRSA.rsaMembers)}]}"#, .rs256, ".keys[1]",
            "is an RSA key of 1024 bits; must have 2048 to 8192"
        ),
    ]

    private static let ones = Base64.encode(Array(repeating: 1, count: 32), .url)

    @Test(arguments: bad.indices)
    func `What is no key is refused with the reason`(_ index: Int) {
        let (text, algorithm, path, reason) = Self.bad[index]
        do throws(KeyFault) {
            _ = try IssuerSample.keys(text, algorithm)
            Issue.record("read: \(text.prefix(80))")
        } catch {
            #expect(error.path == path)
            #expect(error.reason == reason)
        }
    }

    @Test func `A name that the key does not have`() {
        #expect(throws: KeyFault.self) { try IssuerSample.keys(#"{"kid":"a",\#(Self.rsa)}"#, id: "b", .rs256) }
        #expect(throws: KeyFault.self) {
            try IssuerSample.keys(#"{"keys":[{"kid":"a",\#(Self.rsa)},{\#(Self.rsa)}]}"#, id: "b", .rs256)
        }
    }

    @Test func `Keys of one issuer can be told apart`() throws {
        let key = try IssuerSample.keys(IssuingKey.rsa.pem, .rs256)[0].key
        func isIssuer(_ ids: [String?]) -> Bool {
            TokenIssuer(name: "", keys: ids.map { IssuerKey(id: $0, key: key) }) != nil
        }
        #expect(isIssuer([nil]) && isIssuer(["a"]) && isIssuer(["a", "b"]))
        #expect(!isIssuer([]) && !isIssuer([nil, "a"]) && !isIssuer([nil, nil]) && !isIssuer(["a", "a"]))
        // One to the eye and to `==` of strings, two in the bytes of a token.
        #expect(isIssuer(["\u{212A}", "K"]))
    }

    @Test func `Nothing prints a key`() throws {
        let issuer = try IssuerSample.issuer(.hs256)
        var dumped = ""
        dump(issuer, to: &dumped)
        dump(Realm(issuers: [issuer]).authenticator, to: &dumped)
        dumped += "\(issuer) \(String(reflecting: issuer.keys))"
        #expect(dumped.contains("sample"))
        for needle in [Self.secret.map(String.init).joined(separator: ", "), "- \(Self.secret[5])\n", "24, 31, 38"] {
            #expect(!dumped.contains(needle))
        }
    }
}
