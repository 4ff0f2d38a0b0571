internal import JSON

/// The verbs that a token's own claim names, in one of three forms: LUNA's `{"streams": ["view"]}`, an array of
/// `streams:view`, or such words with spaces between them, as the `scope` of RFC 8693 §4.2 has them.
enum ClaimedVerbs {
    private static let prefix = "streams:"

    /// Words of other services count for nothing; nil where the claim has none of the three forms.
    static func verbs(_ node: JSONNode) -> VerbSet? {
        switch node.value {
        case .object:
            do throws(TokenPermissions.Fault) {
                return try TokenPermissions(node).streams
            } catch {
                return nil
            }
        case .array(let elements):
            var words: [String] = []
            for element in elements {
                guard let word = element.string else { return nil }
                words.append(word)
            }
            return verbs(words)
        case .string(let text):
            return verbs(text.split(separator: " ").map(String.init))
        case .null, .bool, .number:
            return nil
        }
    }

    private static func verbs(_ words: [String]) -> VerbSet {
        words.reduce(into: []) { verbs, word in
            guard word.utf8.starts(with: prefix.utf8),
                let verb = Verb(name: String(word.dropFirst(prefix.count)))
            else { return }
            verbs.insert(VerbSet(verb))
        }
    }
}
