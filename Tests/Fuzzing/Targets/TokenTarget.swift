import Auth
import HTTPCore
import JSON

/// JWTs whose header, claims and, where there is no secret, signature are the input's, one a line. Those with a right
/// signature pass only with claims that say so; all others never.
enum TokenTarget {
    private enum Signer: CaseIterable {
        case ours, issuer, nobody, broken
    }

    static func run(_ bytes: [UInt8]) throws(Finding) {
        var input = FuzzInput(bytes)
        let signer = input.choice(of: Signer.allCases)
        let place = input.number()
        let lines = input.message.split(separator: 10, maxSplits: 2, omittingEmptySubsequences: false).map(Array.init)
        let header = lines[0]
        let payload = lines.count > 1 ? lines[1] : []
        let token = FuzzRealm.token(header, payload) { text in
            switch signer {
            case .ours: return FuzzRealm.sign(text, FuzzRealm.ownSecret)
            case .issuer: return FuzzRealm.sign(text, FuzzRealm.issuerSecret)
            case .nobody: return lines.count > 2 ? lines[2] : []
            case .broken:
                var signature = FuzzRealm.sign(text, place % 2 == 0 ? FuzzRealm.ownSecret : FuzzRealm.issuerSecret)
                signature[place % 32] ^= 1 << UInt8(place >> 8 & 7)
                return signature
            }
        }
        // Keys that nobody here can sign by take long to make ready.
        let issuers = FuzzRealm.issuers.filter { signer == .nobody || $0.name == TokenAlgorithm.hs256.rawValue }
        let decision = decide(token, issuers, at: FuzzRealm.now)
        guard case .allowed(let principal) = decision else { return }
        switch signer {
        case .nobody, .broken: throw Finding("let in without a signature")
        case .ours:
            try checkOurs(header, payload)
            try require(
                principal.accountID == FuzzRealm.accountID && !principal.isOfOtherIssuer, "somebody else's account")
        case .issuer: try checkIssuer(header, payload, principal)
        }
        if let expires = principal.expires, expires < Int64.max / 1000 {
            try require(expires * 1000 > FuzzRealm.now, "let in after its end")
            if case .allowed = decide(token, issuers, at: expires * 1000) { throw Finding("let in at its end") }
        }
    }

    private static func decide(_ token: String, _ issuers: [TokenIssuer], at now: Int64) -> Decision {
        let value = Array("Bearer \(token)".utf8)
        let authenticator = FuzzRealm.authenticator(issuers: issuers)
        switch authenticator.decide(head: value.span, authorization: 0..<value.count, accountHeader: nil, now: now) {
        case .decided(let decision): return decision
        case .checkSignature(let token): return authenticator.checkSignature(of: token, now: now)
        case .verify, .ask: return .unavailable(.accountsUnreachable)
        }
    }

    private static func object(_ text: [UInt8], _ depth: Int) throws(Finding) -> JSONNode {
        do throws(JSONSyntaxError) {
            let node = try JSONParser.parse(text, maximumDepth: depth)
            if node.object != nil { return node }
        } catch {
            throw Finding("let in with what is no JSON: \(error.reason)")
        }
        throw Finding("let in with what is no object")
    }

    private static func checkOurs(_ header: [UInt8], _ payload: [UInt8]) throws(Finding) {
        let head = try object(header, 8)
        let claims = try object(payload, 8)
        try require(head["alg"]?.string == "HS256" && head["crit"] == nil, "let in by another algorithm")
        try require(id(claims["account_id"]) == FuzzRealm.accountID, "let in with another account")
        try require(id(claims["token_id"]) == FuzzRealm.tokenID, "let in with another token")
        try checkDates(claims, leeway: 0)
    }

    private static func checkIssuer(
        _ header: [UInt8], _ payload: [UInt8], _ principal: Principal
    ) throws(Finding) {
        let head = try object(header, 8)
        let claims = try object(payload, 16)
        try require(head["alg"]?.string == "HS256" && head["crit"] == nil, "let in by another algorithm")
        try require(claims["iss"]?.string == "https://id.example.org", "let in from another issuer")
        try require(id(claims["account_id"]) == principal.accountID, "let in with another account")
        try require(principal.isOfOtherIssuer && principal.expires != nil, "let in for ever")
        try require(claims["type"] != nil || principal.accountType == .user, "a type out of nothing")
        try require(claims["scope"] != nil || principal.verbs == [], "verbs out of nothing")
        try require(claims["area"] != nil || principal.visibility == .account, "an area out of nothing")
        try require(principal.visibility == .account || principal.accountType.readsAllAccounts, "too wide an area")
        try checkDates(claims, leeway: 30)
    }

    private static func checkDates(_ claims: JSONNode, leeway: Double) throws(Finding) {
        let now = Double(FuzzRealm.now / 1000)
        if let end = claims["exp"] {
            guard let date = end.double else { throw Finding("let in with an end that is no date") }
            try require(now < date + leeway, "let in after its end")
        }
        if let start = claims["nbf"] {
            guard let date = start.double else { throw Finding("let in with a start that is no date") }
            try require(now >= date - leeway, "let in before its start")
        }
    }

    private static func id(_ node: JSONNode?) -> UniqueID? { node?.string.flatMap { UniqueID($0) } }
}
