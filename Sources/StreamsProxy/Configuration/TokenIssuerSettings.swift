internal import Auth
internal import JSON

/// What stands under `TOKEN_ISSUERS`: the issuers besides ourselves whose tokens pass.
struct TokenIssuerSettings {
    /// Each token may have to be checked by a key of each.
    static let issuerLimit = 16
    /// Of one issuer; a rollover has two or three.
    static let keyLimit = 32

    /// Key files are looked for beside it.
    private let file: String
    private(set) var issuers: [TokenIssuer] = []

    init(_ node: JSONNode?, path: String, file: String, _ problems: inout SettingsProblems) {
        self.file = file
        guard let node else { return }
        guard let elements = node.array, elements.count <= Self.issuerLimit else {
            problems.add(
                at: node.offset, path: path, found: Displayed.value(node),
                rule: "must be an array of at most \(Self.issuerLimit) issuers")
            return
        }
        var names: [String] = []
        for (index, element) in elements.enumerated() {
            guard var section = SettingsSection(element, path: "\(path)[\(index)]", &problems) else { continue }
            guard let issuer = issuer(&section, &problems) else { continue }
            if names.contains(where: { $0.utf8.elementsEqual(issuer.name.utf8) }) {
                problems.add(
                    at: section.node("name")?.offset ?? section.offset, path: section.path(of: "name"),
                    found: Displayed.quoted(issuer.name),
                    rule: "is another issuer's too")
            }
            names.append(issuer.name)
            issuers.append(issuer)
        }
    }

    private func issuer(_ section: inout SettingsSection, _ problems: inout SettingsProblems) -> TokenIssuer? {
        let name = section.value("name", .text, &problems)
        if !section.contains("name") { section.addMissing("name", "what messages call the issuer", &problems) }
        let issuer = section.value("issuer", .text, &problems)
        let audience = section.value("audience", .text, &problems)
        let algorithm = section.value("algorithm", Setting<TokenAlgorithm>.word, &problems)
        if !section.contains("algorithm") {
            section.addMissing(
                "algorithm", "what its tokens are signed with; \(Setting<TokenAlgorithm>.word.rule)", &problems)
        }
        let keys = keys(&section, algorithm, &problems)
        let claims = claims(section.section("claims", &problems), &problems)
        let accountType = section.value("account_type", Setting<AccountType>.word, &problems)
        let verbs = permissions(&section, &problems)
        let leeway = section.value("leeway", .leeway, &problems)
        let requiresExpiry = section.value("require_exp", .flag, &problems)
        section.refuseUnknownNames(&problems)

        guard let name, !keys.isEmpty, var value = TokenIssuer(name: name, keys: keys) else { return nil }
        value.issuer = issuer
        value.audience = audience
        value.claims = claims
        value.accountType = accountType ?? value.accountType
        value.verbs = verbs ?? value.verbs
        value.leeway = leeway ?? value.leeway
        value.requiresExpiry = requiresExpiry ?? value.requiresExpiry
        return value
    }

    private func claims(_ section: SettingsSection?, _ problems: inout SettingsProblems) -> ClaimNames {
        var claims = ClaimNames()
        guard var section else { return claims }
        claims.accountID = section.value("account_id", .text, &problems) ?? claims.accountID
        claims.accountType = section.value("account_type", .text, &problems)
        claims.permissions = section.value("permissions", .text, &problems)
        claims.visibility = section.value("visibility_area", .text, &problems)
        claims.tokenID = section.value("token_id", .text, &problems) ?? claims.tokenID
        section.refuseUnknownNames(&problems)
        return claims
    }

    private func permissions(_ section: inout SettingsSection, _ problems: inout SettingsProblems) -> VerbSet? {
        guard let node = section.node("permissions") else { return nil }
        do throws(TokenPermissions.Fault) {
            return try TokenPermissions(node).streams
        } catch {
            problems.add(at: error.offset, path: section.path(of: "permissions") + error.path, rule: error.reason)
            return nil
        }
    }

    // MARK: - Keys

    /// Empty where there was a problem.
    private func keys(
        _ section: inout SettingsSection, _ algorithm: TokenAlgorithm?, _ problems: inout SettingsProblems
    ) -> [IssuerKey] {
        let path = section.path(of: "keys")
        guard let node = section.node("keys") else {
            section.addMissing("keys", "the keys that its tokens are checked by", &problems)
            return []
        }
        guard let elements = node.array, (1...Self.keyLimit).contains(elements.count) else {
            problems.add(
                at: node.offset, path: path, found: node.array == nil ? node.value.kind : Displayed.value(node),
                rule: "must be an array of 1 to \(Self.keyLimit) keys")
            return []
        }
        var keys: [IssuerKey] = []
        var isWhole = true
        for (index, element) in elements.enumerated() {
            guard let section = SettingsSection(element, path: "\(path)[\(index)]", &problems),
                let found = IssuerKeySetting(file: file).keys(section, algorithm, &problems)
            else {
                isWhole = false
                continue
            }
            keys += found
        }
        guard isWhole else { return [] }
        if keys.count > Self.keyLimit {
            problems.add(
                at: node.offset, path: path, found: "\(keys.count) keys",
                rule: "must be at most \(Self.keyLimit) keys, those of JWK sets included")
        } else if TokenIssuer(name: "", keys: keys) == nil {
            problems.add(
                at: node.offset, path: path,
                rule: "where there are several keys, each must have a kid, and no two the same")
        }
        return keys
    }
}
