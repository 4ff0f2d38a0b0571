internal import HTTPCore
internal import JSON

/// Somebody else whose JWTs (RFC 7519) pass here: the keys that its signatures are checked by, and how its claims are
/// read. Its word counts: an account it names need not be in our accounts file, and nothing but its end revokes a token.
package struct TokenIssuer: Sendable, Equatable {
    /// For the operator.
    package let name: String
    /// What `iss` must be; nil where it is not looked at.
    package var issuer: String?
    /// What `aud` must be or contain; nil where it is not looked at.
    package var audience: String?
    /// No two with one `id`; where there are several, each has an `id`.
    package let keys: [IssuerKey]
    package var claims = ClaimNames()
    /// Of a token whose claims don't say.
    package var accountType = AccountType.user
    /// Of a token whose claims don't say.
    package var verbs: VerbSet = []
    /// Seconds by which its clock and ours may differ.
    package var leeway: Int64 = 30
    /// Whether a token without `exp` is refused.
    package var requiresExpiry = true

    /// Nil where the keys could not be told apart.
    package init?(name: String, keys: [IssuerKey]) {
        let ids = keys.compactMap { $0.id.map { Array($0.utf8) } }
        guard keys.count == 1 || ids.count == keys.count && ids.count > 1 else { return nil }
        guard Set(ids).count == ids.count else { return nil }
        self.name = name
        self.keys = keys
    }

    /// Whether the token is for us by `iss` and `aud` (RFC 7519 §4.1.1, §4.1.3): where they are set, they must be there.
    func isMeant(_ payload: JSONNode) -> Bool {
        if let issuer {
            guard let claim = payload["iss"]?.string, claim.utf8.elementsEqual(issuer.utf8) else { return false }
        }
        guard let audience else { return true }
        switch payload["aud"]?.value {
        case .string(let claim):
            return claim.utf8.elementsEqual(audience.utf8)
        case .array(let claims):
            return claims.contains { $0.string?.utf8.elementsEqual(audience.utf8) == true }
        case .object, .number, .bool, .null, .none:
            return false
        }
    }

    /// What comes of the claims, whose signature is right, at `now` in Unix milliseconds.
    func decide(_ payload: JSONNode, now: Int64) -> Decision {
        guard let lifetime = TokenLifetime(payload, leeway: leeway), lifetime.end != nil || !requiresExpiry else {
            return .unauthenticated(.tokenCorrupted)
        }
        if let refusal = lifetime.refusal(at: now) { return .unauthenticated(refusal) }
        guard let accountID = payload[claims.accountID]?.string.flatMap({ UniqueID($0) }),
            let accountType = word(claims.accountType, in: payload, default: accountType),
            let visibility = word(claims.visibility, in: payload, default: Visibility.account),
            let verbs = verbs(in: payload)
        else { return .unauthenticated(.tokenCorrupted) }
        switch visibility {
        case .account: break
        case .all: guard accountType.readsAllAccounts else { return .forbidden(.visibilityNotAllowed) }
        }
        return .allowed(
            Principal(
                accountID: accountID, accountType: accountType, kind: .token,
                tokenID: payload[claims.tokenID]?.string.flatMap { UniqueID($0) }, verbs: verbs,
                visibility: visibility, expires: lifetime.end, isOfOtherIssuer: true))
    }

    private func verbs(in payload: JSONNode) -> VerbSet? {
        guard let name = claims.permissions, let node = payload[name] else { return verbs }
        return ClaimedVerbs.verbs(node)
    }

    /// The word that the claim of that name is, `default` where there is no such claim, nil where it is no word.
    private func word<Word: RawRepresentable<String>>(
        _ name: String?, in payload: JSONNode, default: Word
    ) -> Word? {
        guard let name, let node = payload[name] else { return `default` }
        return node.string.flatMap { Word(rawValue: $0) }
    }
}
