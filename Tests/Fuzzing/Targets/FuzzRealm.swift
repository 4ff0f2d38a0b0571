import Auth
import COpenSSL
import HTTPCore
import JSON

/// Accounts, keys and issuers that are the same in every run: an input must mean the same wherever it is replayed.
enum FuzzRealm {
    static let accountID = UniqueID(high: 0x1111_1111_2222_4333, low: 0x8444_5555_5555_5555)
    static let tokenID = UniqueID(high: 0x9999_9999_2222_4333, low: 0x8444_5555_5555_5555)
    static let login = "user@example.org"
    static let password = "pw:with:colons"
    /// Unix milliseconds.
    static let now: Int64 = 1_900_000_000_000

    static let ownSecret = (0..<32).map { UInt8($0) }
    static let issuerSecret = (0..<32).map { UInt8($0 &* 7 &+ 3) }

    /// Makes an authenticator with a cache of its own, so that no input is judged by the one before.
    static func authenticator(allowsAccountHeader: Bool = false, issuers: [TokenIssuer] = []) -> Authenticator {
        var cache = Authenticator.CacheSettings()
        cache.capacity = 16
        return Authenticator(
            directory: directory, allowsAccountHeader: allowsAccountHeader, issuers: issuers, cache: cache)
    }

    private static let directory: AccountDirectory = {
        guard let key = SigningKey(ownSecret), let cost = PasswordCost(n: 1024, r: 1, p: 1),
            let hash = PasswordHash(of: Secret(Array(password.utf8)), cost: cost)
        else { preconditionFailure("a key and a hash that can be made") }
        var document = AccountsDocument(signingKey: key)
        document.accounts = [
            AccountRecord(
                id: accountID, login: login, type: .user, description: "", password: hash,
                created: Timestamp(unixSeconds: 0))
        ]
        document.tokens = [
            TokenRecord(
                id: tokenID, accountID: accountID, description: "", permissions: permissions, visibility: .account,
                expires: nil, created: Timestamp(unixSeconds: 0))
        ]
        return AccountDirectory(document)
    }()

    private static let permissions: TokenPermissions = {
        do {
            return try TokenPermissions(JSONParser.parse(Array(#"{"streams": ["view"]}"#.utf8)))
        } catch {
            preconditionFailure("permissions that can be read: \(error)")
        }
    }()

    /// One issuer for each algorithm. The private halves of the public keys are gone: nothing is signed by them.
    static let issuers: [TokenIssuer] = TokenAlgorithm.allCases.map { algorithm in
        let text =
            switch algorithm {
            case .rs256: rsaKey
            case .es256: ecKey
            case .hs256: #"{"kty":"oct","k":"\#(Base64.encode(issuerSecret, .url))"}"#
            }
        do {
            let keys = try IssuerKey.keys(in: Array(text.utf8), id: nil, algorithm: algorithm)
            guard var issuer = TokenIssuer(name: algorithm.rawValue, keys: keys) else {
                preconditionFailure("one key can be told apart")
            }
            issuer.issuer = "https://id.example.org"
            issuer.claims.permissions = "scope"
            issuer.claims.accountType = "type"
            issuer.claims.visibility = "area"
            return issuer
        } catch {
            preconditionFailure("keys that can be read: \(error)")
        }
    }

    /// HMAC-SHA256 by libcrypto, in one call.
    static func sign(_ text: String, _ secret: [UInt8]) -> [UInt8] {
        let bytes = Array(text.utf8)
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 32
        _ = HMAC(EVP_sha256(), secret, Int32(secret.count), bytes, bytes.count, &digest, &length)
        return digest
    }

    static func token(_ header: [UInt8], _ payload: [UInt8], _ sign: (String) -> [UInt8]) -> String {
        let input = "\(Base64.encode(header, .url)).\(Base64.encode(payload, .url))"
        return "\(input).\(Base64.encode(sign(input), .url))"
    }

    /// Of our own, without an end.
    static let goodToken: String = {
        let payload = #"{"account_id":"\#(accountID)","token_id":"\#(tokenID)"}"#
        return token(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8), Array(payload.utf8)) { sign($0, ownSecret) }
    }()

    private static let ecKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEkEtU82EIHwWBu2UF2i94N370TPzJ
        9IIo1nV1g2OuY47m2VBjcU8/W2teQJ6VwkuQR4Y9cxY42kSy+oJIu7Jdbw==
        -----END PUBLIC KEY-----
        """

    private static let rsaKey = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA2f9fl4OnKkGHpVXYrefm
        CZdWd6FaudPIi/m4qGWlD2N71SNvQhqh0sqv9BaodtZgPtH/sG0uweAIN+UptzJi
        WxnDYQ/QHX3lFDrqk9X0VbSoNaI+IFjdkKVGsjou81AUK9vEyzUd9Co2PI/kybpg
        pJW5CrtoU/ezVx7dY99n5Ktos1RJtE8sZNbF+WeieFFNlI3nMfaR/pM2HeJ4WskJ
        g2u8b9jKxp3PBLaTrEkWYXAhvaPKa1ocMhbAqCAv+qHXMePLDKvlAEA5wfrbvlT3
        N+AqmEJOt7v2uR/zCl8LNvhCo0i0KMXQTgfdefi5cMfaNtFB1GQy4CB8ydtpW8qF
        pwIDAQAB
        -----END PUBLIC KEY-----
        """
}
