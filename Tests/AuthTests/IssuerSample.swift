import Auth
import HTTPCore

/// Issuers, and tokens of theirs.
enum IssuerSample {
    static let accountID = UniqueID(high: 0xAAAA_AAAA_2222_4333, low: 0x8444_5555_5555_5555)
    static let secret = (0..<32).map { UInt8($0 &* 7 &+ 3) }
    static let now = Realm.now / 1000

    static func keys(_ text: String, id: String? = nil, _ algorithm: TokenAlgorithm) throws(KeyFault) -> [IssuerKey] {
        try IssuerKey.keys(in: Array(text.utf8), id: id, algorithm: algorithm)
    }

    static func oct(_ secret: [UInt8], _ members: String = "") -> String {
        #"{"kty":"oct",\#(members)"k":"\#(Base64.encode(secret, .url))"}"#
    }

    /// An issuer with one key, without a `kid`.
    static func issuer(
        _ algorithm: TokenAlgorithm, _ change: (inout TokenIssuer) -> Void = { _ in }
    ) throws -> TokenIssuer {
        let text =
            switch algorithm {
            case .rs256: IssuingKey.rsa.pem
            case .es256: IssuingKey.p256.pem
            case .hs256: oct(secret)
            }
        return try issuer(keys(text, algorithm), change)
    }

    static func issuer(
        _ keys: [IssuerKey], _ change: (inout TokenIssuer) -> Void = { _ in }
    ) throws -> TokenIssuer {
        struct NoIssuer: Error {}
        guard var issuer = TokenIssuer(name: "sample", keys: keys) else { throw NoIssuer() }
        change(&issuer)
        return issuer
    }

    static func payload(_ members: String = #""exp":\#(IssuerSample.now + 100)"#, account: UniqueID = accountID)
        -> String
    {
        #"{"account_id":"\#(account)"\#(members.isEmpty ? "" : ",")\#(members)}"#
    }

    static func token(_ header: String, _ payload: String, _ sign: (String) -> [UInt8]) -> String {
        let input = "\(Base64.encode(Array(header.utf8), .url)).\(Base64.encode(Array(payload.utf8), .url))"
        return "\(input).\(Base64.encode(sign(input), .url))"
    }

    /// Signed rightly, by the key that `issuer(algorithm)` has.
    static func token(
        _ algorithm: TokenAlgorithm, header: String? = nil, _ payload: String = IssuerSample.payload()
    ) -> String {
        let header = header ?? #"{"alg":"\#(algorithm.rawValue)","typ":"JWT"}"#
        return token(header, payload) { input in
            switch algorithm {
            case .rs256: IssuingKey.rsa.sign(input)
            case .es256: IssuingKey.p256.signRaw(input)
            case .hs256: Reference.hmacSHA256(key: secret, input)
            }
        }
    }

    static func decide(_ token: String, _ issuers: TokenIssuer..., now: Int64 = Realm.now) -> Decision {
        Realm(issuers: issuers).decide("Bearer \(token)", now: now)
    }

    static func principal(
        expires: Int64? = now + 130, type: AccountType = .user, tokenID: UniqueID? = nil, verbs: VerbSet = [],
        visibility: Visibility = .account
    ) -> Decision {
        .allowed(
            Principal(
                accountID: accountID, accountType: type, kind: .token, tokenID: tokenID, verbs: verbs,
                visibility: visibility, expires: expires, isOfOtherIssuer: true))
    }
}
