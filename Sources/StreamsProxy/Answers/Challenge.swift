package import Auth
internal import HTTPCore

/// Which schemes an answer asks for, and what was wrong with the token that came: the WWW-Authenticate fields.
package enum Challenge: Sendable, Equatable {
    case none
    case basic
    case bearer(TokenError)
    /// Nothing came that either scheme could say more about.
    case both

    /// The errors of RFC 6750 §3.1. Software learns from them whether a new token would help.
    package enum TokenError: Sendable, Equatable {
        case invalidRequest
        case invalidToken
        /// The token is good and permits too little; the verb is that of `streams` which it lacks, nil for a plugin's.
        case insufficientScope(Verb?)

        fileprivate var code: StaticString {
            switch self {
            case .invalidRequest: "invalid_request"
            case .invalidToken: "invalid_token"
            case .insufficientScope: "insufficient_scope"
            }
        }
    }

    /// `charset` because some clients send anything but ASCII as question marks without it (RFC 7617 §2.1: Java).
    private static let basicField: StaticString =
        "WWW-Authenticate: Basic realm=\"login:password\", charset=\"UTF-8\"\r\n"
    /// RFC 6750 §3: the scheme never stands alone.
    private static let bearerField: StaticString = "WWW-Authenticate: Bearer realm=\"token\""

    /// Each scheme in a field of its own. `detail` is what the answer's content says, too: text of ours in ASCII without
    /// quotation marks or backslashes, so that it can be quoted as it is.
    func append(detail: StaticString, to bytes: inout ByteBuffer) {
        switch self {
        case .none: break
        case .basic: bytes.append(Self.basicField)
        case .both:
            bytes.append(Self.basicField)
            bytes.append(Self.bearerField)
            bytes.append("\r\n")
        case .bearer(let error):
            bytes.append(Self.bearerField)
            bytes.append(", error=\"")
            bytes.append(error.code)
            bytes.append("\", error_description=\"")
            bytes.append(detail)
            if case .insufficientScope(let verb?) = error {
                // As a token's own claim may name it: see `ClaimedVerbs`.
                bytes.append("\", scope=\"streams:")
                bytes.append(contentsOf: verb.name.utf8)
            }
            bytes.append("\"\r\n")
        }
    }
}
