/// The algorithms that tokens of other issuers may be signed with, by their names in `alg` (RFC 7518 §3.1). `none` is
/// not among them.
package enum TokenAlgorithm: String, Sendable, Equatable, CaseIterable {
    /// RSASSA-PKCS1-v1_5 with SHA-256, keys of 2048 bits and more.
    case rs256 = "RS256"
    /// ECDSA on P-256 with SHA-256.
    case es256 = "ES256"
    /// HMAC with SHA-256, keys of 32 bytes and more.
    case hs256 = "HS256"

    /// Whether whoever can read its key can sign by it.
    package var isKeySecret: Bool {
        switch self {
        case .rs256, .es256: false
        case .hs256: true
        }
    }

    /// The `kty` of its keys (RFC 7518 §6.1).
    var keyType: String {
        switch self {
        case .rs256: "RSA"
        case .es256: "EC"
        case .hs256: "oct"
        }
    }
}
