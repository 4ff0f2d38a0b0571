import Auth
import HTTPCore
import JSON
import Testing

/// A few accounts, and an authenticator that knows them.
struct Realm {
    static let userID = UniqueID(high: 0x1111_1111_2222_4333, low: 0x8444_5555_5555_5555)
    static let tokenID = UniqueID(high: 0x9999_9999_2222_4333, low: 0x8444_5555_5555_5555)
    /// Unix milliseconds.
    static let now: Int64 = 1_900_000_000_000

    let document: AccountsDocument
    let authenticator: Authenticator

    init(
        _ document: AccountsDocument = Realm.document, allowsAccountHeader: Bool = false,
        issuers: [TokenIssuer] = [], cache: Authenticator.CacheSettings = .init()
    ) {
        self.document = document
        authenticator = Authenticator(
            directory: AccountDirectory(document), allowsAccountHeader: allowsAccountHeader, issuers: issuers,
            cache: cache)
    }

    static let document: AccountsDocument = {
        var document = AccountsDocument(signingKey: .random())
        document.accounts = [account(userID, "user@example.org", .user)]
        document.tokens = [
            TokenRecord(
                id: tokenID, accountID: userID, description: "",
                permissions: try! permissions(#"{"streams": ["creation", "view"]}"#), visibility: .account,
                expires: nil, created: Timestamp(unixSeconds: 0))
        ]
        return document
    }()

    static func account(_ id: UniqueID, _ login: String, _ type: AccountType) -> AccountRecord {
        AccountRecord(
            id: id, login: login, type: type, description: "", password: passwordHash,
            created: Timestamp(unixSeconds: 0))
    }

    /// Of `pw:with:colons`, at the least cost there is.
    static let passwordHash = PasswordHash(of: Secret(Array("pw:with:colons".utf8)), cost: .test)!

    let basic = "Basic \(Base64.encode(Array("user@example.org:pw:with:colons".utf8), .standard))"

    /// The field value of the user's token; `exp` in seconds from now.
    func token(exp: Int64? = nil) throws -> String {
        let claims = TokenClaims(
            accountID: Self.userID, tokenID: Self.tokenID, expires: exp.map { Self.now / 1000 + $0 })
        return "Bearer \(document.signingKey.sign(claims))"
    }

    func decide(_ authorization: String? = nil, account: String? = nil, now: Int64 = Realm.now) -> Decision {
        // Other bytes around the values, as in a request's head.
        var head = Array("GET / HTTP/1.1\r\nAuthorization: ".utf8)
        let start = head.count
        head += (authorization ?? "").utf8
        let end = head.count
        head += "\r\nLuna-Account-Id: ".utf8
        let accountStart = head.count
        head += (account ?? "").utf8
        let accountEnd = head.count
        head += "\r\n\r\n".utf8
        let step = authenticator.decide(
            head: head.span, authorization: authorization == nil ? nil : start..<end,
            accountHeader: account == nil ? nil : accountStart..<accountEnd, now: now)
        switch step {
        case .decided(let decision): return decision
        case .verify(let check): return authenticator.accept(check, check.run(), now: now)
        case .checkSignature(let token):
            return authenticator.accept(issued: token, authenticator.checkSignature(of: token, now: now), now: now)
                ?? .unavailable(.accountsUnreachable)
        case .ask: return .unavailable(.accountsUnreachable)
        }
    }

    /// Stands for a token as the process calls it.
    static func digest(_ token: String) -> CredentialDigest {
        let value = Array("Bearer \(token)".utf8)
        return Authenticator(serviceAllowingAccountHeader: true).question(
            head: value.span, authorization: 0..<value.count, accountHeader: nil)!.digest
    }

    /// The check that the value needs; nil where it is decided without.
    func check(_ authorization: String, now: Int64 = Realm.now) -> PasswordCheck? {
        let bytes = Array(authorization.utf8)
        switch authenticator.decide(head: bytes.span, authorization: 0..<bytes.count, accountHeader: nil, now: now) {
        case .decided, .checkSignature, .ask: return nil
        case .verify(let check): return check
        }
    }

    /// The decision on those bytes as `Authorization`; nil where a password must be hashed first.
    func step(_ bytes: [UInt8]) -> Decision? {
        switch authenticator.decide(
            head: bytes.span, authorization: 0..<bytes.count, accountHeader: nil, now: Realm.now)
        {
        case .decided(let decision): decision
        case .checkSignature(let token): authenticator.checkSignature(of: token, now: Realm.now)
        case .verify, .ask: nil
        }
    }
}

extension PasswordCost {
    static let test = PasswordCost(n: 1024, r: 1, p: 1)!
}

func permissions(_ json: String) throws -> TokenPermissions {
    try TokenPermissions(JSONParser.parse(Array(json.utf8)))
}

/// A generator whose sequence its seed decides.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
