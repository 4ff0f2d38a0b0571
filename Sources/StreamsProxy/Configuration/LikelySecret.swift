internal import JSON

/// Whether settings that only a plugin understands are likely to hold a secret, by the names that people give to one.
enum LikelySecret {
    private static let words = [
        "passw", "passphrase", "secret", "token", "api_key", "apikey", "private_key", "credential",
    ]

    static func stands(in node: JSONNode) -> Bool {
        switch node.value {
        case .object(let members):
            members.contains { member in
                let name = member.name.lowercased()
                let isNamed = words.contains { name.contains($0) }
                return isNamed && isGiven(member.node) || stands(in: member.node)
            }
        case .array(let elements): elements.contains(where: stands)
        case .string(let text): holdsLogin(text)
        case .null, .bool, .number: false
        }
    }

    /// A flag or a number is none: `token_count`.
    private static func isGiven(_ node: JSONNode) -> Bool { node.string?.isEmpty == false }

    /// `scheme://name:password@host`.
    private static func holdsLogin(_ text: String) -> Bool {
        let parts = text.split(separator: "://", maxSplits: 1)
        guard parts.count == 2 else { return false }
        let authority = parts[1].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let at = authority.lastIndex(of: "@") else { return false }
        return authority[..<at].contains(":")
    }
}
