internal import Auth
import HTTPCore

/// Why a request was refused or its answer cut, as one word of a closed list: in the log, and as a label of a metric.
package enum RefusalReason: UInt8, Sendable, CaseIterable {
    /// Nothing was refused.
    case none
    case noSuchPage, methodNotAllowed, apiVersion
    // The message itself; the log names the rule of HTTP that it breaks.
    case malformed, tooLarge, tooSlow
    // Credentials.
    case noCredentials, unknownAccount, basicUnreadable, unsupportedScheme, wrongLoginOrPassword, tokenUnknown
    case tokenExpired, tokenNotYetValid, tokenCorrupted, accountHeaderDisabled, repeatedCredentials
    case accountHeaderNotUUID
    // Permissions and the separation of accounts.
    case missingVerb, visibilityNotAllowed, foreignAccount, tokensNotByToken, streamNotFound, query, content
    case unknownOwner
    // What could not be found out.
    case checksOverloaded, guessing, accountsUnreachable, accountsUnreadable, accountsFailing
    // The accounts' own resources.
    case tokensRefused, tokensOverloaded
    // Luna-Streams, or the way to it.
    case upstreamUnreachable, upstreamDisconnected, upstreamUnreadable, upstreamTLS, upstreamCertificate
    case upstreamConnectTimeout, upstreamSilence, upstreamTimeout
    // A Python plugin, or the way to it.
    case pluginFailed
    /// A bound of `LIMITS` on connections or on what waits.
    case overloaded
    /// Ours alone.
    case metricsTimeout

    package init(_ refusal: Refusal) {
        switch refusal {
        case .noSuchPage: self = .noSuchPage
        case .methodNotAllowed: self = .methodNotAllowed
        case .malformed(let error): self = RefusalReason(error)
        case .unknownAPIVersion, .repeatedAPIVersion: self = .apiVersion
        case .denied(let denial): self = RefusalReason(denial)
        case .upstream(let failure): self = RefusalReason(failure)
        case .plugin: self = .pluginFailed
        case .pluginForbidden: self = .missingVerb
        case .separation(let refusal): self = RefusalReason(refusal)
        case .tokensContentTooLarge, .openContentTooLarge: self = .tooLarge
        case .tokensOverloaded: self = .tokensOverloaded
        case .overloaded: self = .overloaded
        case .metricsTimeout: self = .metricsTimeout
        }
    }

    private init(_ error: MessageError) {
        switch error.status {
        case 408: self = .tooSlow
        case 413, 414, 431: self = .tooLarge
        default: self = .malformed
        }
    }

    package init(_ denial: Denial) {
        switch denial {
        case .unauthenticated(let reason): self = RefusalReason(reason)
        case .forbidden(let reason): self = RefusalReason(reason)
        case .unavailable(.overloaded): self = .checksOverloaded
        case .unavailable(.guessing): self = .guessing
        case .unavailable(.accountsUnreachable): self = .accountsUnreachable
        case .unavailable(.accountsUnreadable): self = .accountsUnreadable
        case .unavailable(.accountsFailing): self = .accountsFailing
        case .malformed(.repeatedAuthorization), .malformed(.repeatedAccountHeader): self = .repeatedCredentials
        case .malformed(.accountHeaderNotUUID): self = .accountHeaderNotUUID
        }
    }

    private init(_ reason: Unauthenticated) {
        switch reason {
        case .noCredentials: self = .noCredentials
        case .unknownAccount: self = .unknownAccount
        case .basicUnreadable, .byteOrderMark: self = .basicUnreadable
        case .unsupportedScheme: self = .unsupportedScheme
        case .wrongLoginOrPassword: self = .wrongLoginOrPassword
        case .tokenUnknown: self = .tokenUnknown
        case .tokenExpired: self = .tokenExpired
        case .tokenNotYetValid: self = .tokenNotYetValid
        case .tokenCorrupted: self = .tokenCorrupted
        }
    }

    private init(_ reason: Forbidden) {
        switch reason {
        case .accountHeaderDisabled: self = .accountHeaderDisabled
        case .missingVerb: self = .missingVerb
        case .visibilityNotAllowed: self = .visibilityNotAllowed
        case .foreignAccount: self = .foreignAccount
        case .tokensNotByToken: self = .tokensNotByToken
        }
    }

    private init(_ refusal: SeparationRefusal) {
        switch refusal {
        case .foreignAccount: self = .foreignAccount
        case .streamNotFound: self = .streamNotFound
        case .semicolonInQuery, .repeatedParameter, .unreadableParameter: self = .query
        case .contentTooLarge: self = .tooLarge
        case .unexpectedContent, .contentType, .invalidJSON, .notAnObject, .accountNotString: self = .content
        case .unknownOwner: self = .unknownOwner
        }
    }

    package init(_ failure: UpstreamFailure) {
        switch failure {
        case .unreachable: self = .upstreamUnreachable
        case .disconnected: self = .upstreamDisconnected
        case .unreadable, .unaskedUpgrade, .tooManyInterimAnswers: self = .upstreamUnreadable
        case .tls: self = .upstreamTLS
        case .certificate: self = .upstreamCertificate
        case .connectTimeout, .sockConnectTimeout: self = .upstreamConnectTimeout
        case .silence: self = .upstreamSilence
        case .requestTimeout: self = .upstreamTimeout
        }
    }

    package var word: StaticString {
        switch self {
        case .none: "none"
        case .noSuchPage: "no_such_page"
        case .methodNotAllowed: "method_not_allowed"
        case .apiVersion: "api_version"
        case .malformed: "malformed"
        case .tooLarge: "too_large"
        case .tooSlow: "too_slow"
        case .noCredentials: "no_credentials"
        case .unknownAccount: "unknown_account"
        case .basicUnreadable: "basic_unreadable"
        case .unsupportedScheme: "unsupported_scheme"
        case .wrongLoginOrPassword: "wrong_login_or_password"
        case .tokenUnknown: "token_unknown"
        case .tokenExpired: "token_expired"
        case .tokenNotYetValid: "token_not_yet_valid"
        case .tokenCorrupted: "token_corrupted"
        case .accountHeaderDisabled: "account_header_disabled"
        case .repeatedCredentials: "repeated_credentials"
        case .accountHeaderNotUUID: "account_header_not_uuid"
        case .missingVerb: "missing_verb"
        case .visibilityNotAllowed: "visibility_not_allowed"
        case .foreignAccount: "foreign_account"
        case .tokensNotByToken: "tokens_not_by_token"
        case .streamNotFound: "stream_not_found"
        case .query: "query"
        case .content: "content"
        case .unknownOwner: "unknown_owner"
        case .checksOverloaded: "checks_overloaded"
        case .guessing: "guessing"
        case .accountsUnreachable: "accounts_unreachable"
        case .accountsUnreadable: "accounts_unreadable"
        case .accountsFailing: "accounts_failing"
        case .tokensRefused: "tokens_refused"
        case .tokensOverloaded: "tokens_overloaded"
        case .upstreamUnreachable: "upstream_unreachable"
        case .upstreamDisconnected: "upstream_disconnected"
        case .upstreamUnreadable: "upstream_unreadable"
        case .upstreamTLS: "upstream_tls"
        case .upstreamCertificate: "upstream_certificate"
        case .upstreamConnectTimeout: "upstream_connect_timeout"
        case .upstreamSilence: "upstream_silence"
        case .upstreamTimeout: "upstream_timeout"
        case .pluginFailed: "plugin_failed"
        case .overloaded: "overloaded"
        case .metricsTimeout: "metrics_timeout"
        }
    }
}
