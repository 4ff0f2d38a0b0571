/// Whether a request may pass, and if not, why: the one answer of this module. Its status and error code are the
/// table of the answers.
package enum Decision: Sendable, Equatable {
    case allowed(Principal)
    case unauthenticated(Unauthenticated)
    case forbidden(Forbidden)
    case unavailable(Unavailable)
    case malformed(MalformedCredentials)
}

/// Nobody known: 401 and a challenge.
package enum Unauthenticated: Error, Sendable, Equatable, CaseIterable {
    case noCredentials
    /// `Luna-Account-Id` names no account.
    case unknownAccount
    /// `Basic` without a readable login and password behind it.
    case basicUnreadable
    /// `Basic` whose login or password begins with a byte order mark.
    case byteOrderMark
    /// An `Authorization` that is empty, or of a scheme other than `Basic` and `Bearer`.
    case unsupportedScheme
    case wrongLoginOrPassword
    /// A true token whose record, or account, is gone.
    case tokenUnknown
    /// Past the token's own `exp` or its record's `expiration_time`.
    case tokenExpired
    /// Before the token's `nbf`, or another issuer's `iat`: not ended, and perhaps only a clock is wrong.
    case tokenNotYetValid
    /// No token of ours: not a JWT, another algorithm, a signature of another key.
    case tokenCorrupted
}

/// Somebody known who may not do this: 403.
package enum Forbidden: Sendable, Equatable {
    /// `Luna-Account-Id` alone, while `ALLOW_LUNA_ACCOUNT_AUTH_HEADER` is off.
    case accountHeaderDisabled
    case missingVerb(Verb)
    /// A token with `visibility_area` `all` on an account that is, or has become, a `user`.
    case visibilityNotAllowed
    case foreignAccount
    case tokensNotByToken
}

/// It could not be found out: 503, or 429 where that is the client's own doing; it may ask again.
package enum Unavailable: Sendable, Equatable, CaseIterable {
    case overloaded
    /// So many wrong passwords came for this login from this network that for this time none is looked at.
    case guessing(seconds: Int)
    /// The accounts service answers nobody.
    case accountsUnreachable
    /// The accounts service answers on this credential in a way that can't be understood.
    case accountsUnreadable
    /// The accounts service fails about this credential. Others it may well know.
    case accountsFailing

    package static let allCases: [Unavailable] = [
        .overloaded, .guessing(seconds: 1), .accountsUnreachable, .accountsUnreadable, .accountsFailing,
    ]
}

/// Credentials that no client sends by design: 400.
package enum MalformedCredentials: Sendable, Equatable, CaseIterable {
    case repeatedAuthorization
    case repeatedAccountHeader
    case accountHeaderNotUUID
}
