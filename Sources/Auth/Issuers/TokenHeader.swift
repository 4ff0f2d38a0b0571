internal import JSON

/// What the header of a token asks for (RFC 7515 §4.1), unproven. Keys and addresses of keys that stand in it (`jwk`,
/// `jku`, `x5c`, `x5u`) are not looked at.
struct TokenHeader {
    let algorithm: String
    let keyID: String?

    /// A header has a few members, none of them deep.
    private static let maximumDepth = 8

    /// `JWT`, and the type of access tokens (RFC 9068 §2.1); a JWT of any other type was made for something else.
    private static let types = ["jwt", "at+jwt", "application/at+jwt"]

    /// Nil where the part is no header of a token that can pass. `crit` (RFC 7515 §4.1.11) names extensions that must be
    /// understood; we understand none.
    init?(_ text: Span<UInt8>, _ part: Range<Int>) {
        guard let node = CompactToken.object(text, part, maximumDepth: Self.maximumDepth), node["crit"] == nil,
            let algorithm = node["alg"]?.string
        else { return nil }
        if let type = node["typ"] {
            guard let name = type.string?.lowercased(), Self.types.contains(where: { $0.utf8.elementsEqual(name.utf8) })
            else { return nil }
        }
        if let id = node["kid"] {
            guard let text = id.string else { return nil }
            keyID = text
        } else {
            keyID = nil
        }
        self.algorithm = algorithm
    }
}
