import Auth
import HTTPCore
import Testing

/// What passes as a token of ours, and all the ways in which somebody might try to make one.
@Suite struct SigningKeyTests {
    static let keyBytes = (0..<32).map { UInt8($0) }
    let key = SigningKey(SigningKeyTests.keyBytes)!
    let id = UniqueID.random()
    let claims: TokenClaims

    init() {
        claims = TokenClaims(accountID: id, tokenID: id, expires: 2_000_000_000, notBefore: 1)
    }

    private func read(_ token: String, _ key: SigningKey? = nil) -> TokenClaims? {
        let bytes = Array("..\(token)..".utf8)
        return (key ?? self.key).claims(of: bytes.span, 2..<bytes.count - 2)
    }

    /// A token with any header and payload, signed rightly.
    private func token(
        _ header: String = #"{"alg":"HS256"}"#, _ payload: String? = nil, signature: String? = nil
    ) -> String {
        let payload = payload ?? #"{"account_id":"\#(id)","token_id":"\#(id)"}"#
        return signed(Base64.encode(Array(header.utf8), .url), Base64.encode(Array(payload.utf8), .url), signature)
    }

    private func signed(_ header: String, _ payload: String, _ signature: String? = nil) -> String {
        let input = "\(header).\(payload)"
        return "\(input).\(signature ?? Base64.encode(Reference.hmacSHA256(key: Self.keyBytes, input), .url))"
    }

    @Test func roundTrip() {
        #expect(read(key.sign(claims)) == claims)
        #expect(read(token()) == TokenClaims(accountID: id, tokenID: id))
        #expect(read(token(#"{"typ":"JWT","alg":"HS256","kid":"1"}"#)) == TokenClaims(accountID: id, tokenID: id))
    }

    /// The signature of RFC 7515 appendix A.1 comes out of our hash as it stands there.
    @Test func hashOfTheRFC() throws {
        let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
        let input = """
            eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt\
            cGxlLmNvbS9pc19yb290Ijp0cnVlfQ
            """
        let digest = Reference.hmacSHA256(key: try #require(Base64.decode(secret, .url)), input)
        #expect(Base64.encode(digest, .url) == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    }

    @Test func anotherKey() {
        #expect(read(key.sign(claims), .random()) == nil)
        #expect(read(SigningKey.random().sign(claims)) == nil)
    }

    @Test(arguments: [
        #"{"alg":"none"}"#, #"{"alg":"None"}"#, #"{"alg":"hs256"}"#, #"{"alg":"HS384"}"#, #"{"alg":"RS256"}"#,
        #"{"alg":"HS256 "}"#, #"{"alg":["HS256"]}"#, #"{"alg":null}"#, #"{}"#, #"[]"#, #""HS256""#, "", "HS256",
        #"{"alg":"HS256","crit":["exp"]}"#, #"{"alg":"HS256","crit":[]}"#, #"{"alg":"HS256","crit":null}"#,
        #"{"alg":"HS256","typ":"JWE"}"#, #"{"alg":"HS256","typ":1}"#,
        #"{"alg":"none","alg":"HS256"}"#, #"{"alg":"HS256","alg":"none"}"#, #"{"alg":"HS256"}x"#,
    ])
    func headersOfOtherKinds(header: String) {
        #expect(read(token(header)) == nil)
    }

    @Test func payloads() {
        let other = UniqueID.random()
        let rows = [
            "", "null", "[]", "{}", #"{"account_id":"\#(id)"}"#, #"{"token_id":"\#(id)"}"#,
            #"{"account_id":"x","token_id":"\#(id)"}"#, #"{"account_id":1,"token_id":"\#(id)"}"#,
            #"{"account_id":"\#(id)","token_id":"\#(id)","token_id":"\#(other)"}"#,
            #"{"account_id":"\#(id)","account_id":"\#(other)","token_id":"\#(id)"}"#,
            #"{"account_id":"\#(id)","token_id":"\#(id)","exp":"2000000000"}"#,
            #"{"account_id":"\#(id)","token_id":"\#(id)","exp":null}"#,
            #"{"account_id":"\#(id)","token_id":"\#(id)","exp":1e400}"#,
            #"{"account_id":"\#(id)","token_id":"\#(id)","exp":1e30}"#,
            #"{"account_id":"\#(id)","token_id":"\#(id)","exp":true}"#,
            #"{"account_id":"\#(id)","token_id":"\#(id)","nbf":"0"}"#,
            #"{"account_id":"\#(id)","token_id":"\#(id)"}}"#,
        ]
        for payload in rows { #expect(read(token(#"{"alg":"HS256"}"#, payload)) == nil, "\(payload)") }
    }

    @Test func fractionsOfSecondsRoundToTheSafeSide() {
        let payload = #"{"account_id":"\#(id)","token_id":"\#(id)","exp":100.9,"nbf":50.1}"#
        #expect(
            read(token(#"{"alg":"HS256"}"#, payload))
                == TokenClaims(accountID: id, tokenID: id, expires: 100, notBefore: 51))
    }

    @Test func signaturesThatAreNone() {
        let good = token()
        let short = Base64.encode(Array(repeating: 0, count: 31), .url)
        for signature in ["", "AA", short, String(repeating: "A", count: 43), String(repeating: "A", count: 44)] {
            #expect(read(token(signature: signature)) == nil, "\(signature)")
        }
        for text in ["\(good)=", "\(good)A", "\(good).", "\(good).x", ".\(good)", " \(good)", "\(good) ", "..", ""] {
            #expect(read(text) == nil, "\(text)")
        }
        #expect(read(good.replacing(".", with: "")) == nil)
        let parts = good.split(separator: ".")
        #expect(read("\(parts[0]).\(parts[1])") == nil)
        #expect(read("\(parts[0]).\(parts[1]).") == nil)
    }

    /// Signed rightly, and yet no base 64: what was signed is not what would be read.
    @Test func paddedParts() {
        let header = Base64.encode(Array(#"{"alg":"HS256"} "#.utf8), .standard)
        let payload = Base64.encode(Array(#"{"account_id":"\#(id)","token_id":"\#(id)"}"#.utf8), .url)
        #expect(header.hasSuffix("="))
        #expect(read(signed(header, payload)) == nil)
        #expect(read(signed(String(header.prefix { $0 != "=" }), payload)) != nil)
    }

    @Test func everyChangedBitBreaksIt() {
        let good = Array(key.sign(claims).utf8)
        for index in good.indices {
            for bit in 0..<8 {
                var bytes = good
                bytes[index] ^= 1 << UInt8(bit)
                #expect(key.claims(of: bytes.span, 0..<bytes.count) == nil)
            }
        }
    }

    @Test func keysHave32Bytes() {
        #expect(SigningKey([UInt8](repeating: 1, count: 31)) == nil)
        #expect(SigningKey([UInt8](repeating: 1, count: 33)) == nil)
        #expect(SigningKey([]) == nil)
    }
}
