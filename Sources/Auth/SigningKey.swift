internal import COpenSSL
package import HTTPCore
internal import JSON

/// What a token of ours says. Who it is for, and which record holds what it permits.
package struct TokenClaims: Sendable, Equatable {
    package let accountID: UniqueID
    package let tokenID: UniqueID
    /// `exp` in Unix seconds, rounded down: not valid from then on.
    package let expires: Int64?
    /// `nbf` in Unix seconds, rounded up: not valid before.
    package let notBefore: Int64?

    package init(accountID: UniqueID, tokenID: UniqueID, expires: Int64? = nil, notBefore: Int64? = nil) {
        self.accountID = accountID
        self.tokenID = tokenID
        self.expires = expires
        self.notBefore = notBefore
    }
}

/// The key that signs and checks tokens: JSON Web Tokens (RFC 7519) in compact form with `HS256`, and no other form.
package struct SigningKey: Sendable, Equatable, Concealed {
    /// For the accounts file alone.
    let bytes: [UInt8]
    private let hash: KeyedHash

    /// RFC 7518 §3.2: no less than the hash's own length.
    package static let length = 32

    /// Nil where `bytes` are not `length` many.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        self.init(unchecked: bytes)
    }

    private init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
        hash = KeyedHash(key: bytes)
    }

    package static func == (a: Self, b: Self) -> Bool {
        CRYPTO_memcmp(a.bytes, b.bytes, length) == 0
    }

    package static func random() -> SigningKey { SigningKey(unchecked: [UInt8](randomCount: length)) }

    /// The token that says `claims`.
    package func sign(_ claims: TokenClaims) -> String {
        var writer = JSONWriter()
        writer.object {
            $0.member("account_id", claims.accountID.description)
            $0.member("token_id", claims.tokenID.description)
            if let expires = claims.expires { $0.member("exp", Int(expires)) }
            if let notBefore = claims.notBefore { $0.member("nbf", Int(notBefore)) }
        }
        let header = Base64.encode(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8), .url)
        let input = Array("\(header).\(Base64.encode(writer.bytes, .url))".utf8)
        return "\(String(decoding: input, as: UTF8.self)).\(Base64.encode(hash.digest(input.span), .url))"
    }

    /// What the token in `range` of `text` says; nil where it is not one that this key has signed. The signature comes
    /// first: of anybody else's bytes nothing is read but the two dots.
    package func claims(of text: Span<UInt8>, _ range: Range<Int>) -> TokenClaims? {
        guard let token = CompactToken(text, range),
            let signature = Base64.decode(text, token.signature, .url), signature.count == KeyedHash.digestLength
        else { return nil }
        let expected = hash.digest(text.extracting(token.signed))
        guard CRYPTO_memcmp(signature, expected, expected.count) == 0 else { return nil }

        guard let header = CompactToken.object(text, token.header, maximumDepth: 8), Self.isReadable(header),
            let payload = CompactToken.object(text, token.payload, maximumDepth: 8)
        else { return nil }
        return Self.claims(in: payload)
    }

    /// `crit` (RFC 7515 §4.1.11) names extensions that must be understood; we understand none.
    private static func isReadable(_ header: JSONNode) -> Bool {
        guard header["alg"]?.string == "HS256", header["crit"] == nil else { return false }
        guard let type = header["typ"] else { return true }
        return type.string == "JWT"
    }

    private static func claims(in payload: JSONNode) -> TokenClaims? {
        guard let account = payload["account_id"]?.string, let accountID = UniqueID(account),
            let token = payload["token_id"]?.string, let tokenID = UniqueID(token)
        else { return nil }
        var expires: Int64?
        if let node = payload["exp"] {
            guard let seconds = node.numericDate(.down) else { return nil }
            expires = seconds
        }
        var notBefore: Int64?
        if let node = payload["nbf"] {
            guard let seconds = node.numericDate(.up) else { return nil }
            notBefore = seconds
        }
        return TokenClaims(accountID: accountID, tokenID: tokenID, expires: expires, notBefore: notBefore)
    }
}
