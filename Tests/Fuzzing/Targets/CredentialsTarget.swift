import Auth
import HTTPCore

/// Credentials of every kind: only those that are right to the byte pass, however they are written, and a second look
/// comes to the same.
enum CredentialsTarget {
    private enum Shape: CaseIterable {
        case authorization, basic, accountHeader, both
    }

    static func run(_ bytes: [UInt8]) throws(Finding) {
        var input = FuzzInput(bytes)
        let shape = input.choice(of: Shape.allCases)
        let allowsAccountHeader = input.flag()
        let message = input.bytes
        var authorization: [UInt8]?
        var account: [UInt8]?
        switch shape {
        case .authorization: authorization = message
        case .basic: authorization = Array("Basic \(Base64.encode(message, .standard))".utf8)
        case .accountHeader: account = message
        case .both:
            authorization = message
            account = Array(FuzzRealm.accountID.description.utf8)
        }
        let authenticator = FuzzRealm.authenticator(allowsAccountHeader: allowsAccountHeader)
        let first = try decide(authenticator, authorization, account)
        let second = try decide(authenticator, authorization, account)
        try require(first == second, "two decisions on the same: \(first), \(second)")
        let isRight =
            if let authorization {
                isRightBasic(authorization) || isRightBearer(authorization)
            } else {
                allowsAccountHeader
                    && String(decoding: account ?? [], as: UTF8.self).lowercased() == FuzzRealm.accountID.description
            }
        switch first {
        case .allowed(let principal):
            try require(isRight, "let in without a right")
            try require(principal.accountID == FuzzRealm.accountID, "let in as somebody else")
        case .unauthenticated, .forbidden, .malformed: try require(!isRight, "kept out against its right: \(first)")
        case .unavailable: throw Finding("nothing was asked that could fail")
        }
    }

    private static func decide(
        _ authenticator: Authenticator, _ authorization: [UInt8]?, _ account: [UInt8]?
    ) throws(Finding) -> Decision {
        // Other bytes around the values, as in a request's head.
        let head = [0x3A] + (authorization ?? []) + [0x0D, 0x3A] + (account ?? []) + [0x0D]
        let accountStart = (authorization ?? []).count + 3
        let step = authenticator.decide(
            head: head.span, authorization: authorization.map { 1..<1 + $0.count },
            accountHeader: account.map { accountStart..<accountStart + $0.count }, now: FuzzRealm.now)
        switch step {
        case .decided(let decision): return decision
        case .verify(let check):
            guard let authorization, let pair = pair(authorization) else {
                throw Finding("a password is hashed that can't be read")
            }
            // The hash itself is libcrypto's, and slow.
            let isRight = pair.elementsEqual("\(FuzzRealm.login):\(FuzzRealm.password)".utf8)
            return authenticator.accept(check, isRight ? .matches : .differs, now: FuzzRealm.now)
        case .checkSignature, .ask: throw Finding("there is nobody to ask")
        }
    }

    /// What stands behind the scheme, where it is this one.
    private static func rest(_ authorization: [UInt8], _ scheme: String) -> [UInt8]? {
        let word = authorization.prefix { $0 != 32 }
        guard ReferenceHead.lowercase(word) == scheme else { return nil }
        return Array(authorization[word.endIndex...].drop { $0 == 32 })
    }

    /// Login, colon and password, where they are text and in base 64 that is exactly theirs.
    private static func pair(_ authorization: [UInt8]) -> [UInt8]? {
        guard let text = rest(authorization, "basic"), let pair = Base64.decode(text.span, 0..<text.count, .standard),
            Base64.encode(pair, .standard).utf8.elementsEqual(text), pair.contains(UInt8(ascii: ":")),
            String(validating: pair, as: UTF8.self) != nil, pair.allSatisfy({ $0 >= 32 && $0 != 127 })
        else { return nil }
        return pair
    }

    private static func isRightBasic(_ authorization: [UInt8]) -> Bool {
        pair(authorization)?.elementsEqual("\(FuzzRealm.login):\(FuzzRealm.password)".utf8) == true
    }

    private static func isRightBearer(_ authorization: [UInt8]) -> Bool {
        rest(authorization, "bearer")?.elementsEqual(FuzzRealm.goodToken.utf8) == true
    }
}
