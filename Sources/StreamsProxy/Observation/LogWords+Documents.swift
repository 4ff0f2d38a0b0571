/// What the documents say of the words in the log and in metrics. `make documents` writes it into their tables.
extension RefusalReason {
    package var meaning: String {
        switch self {
        case .none: "nothing was refused"
        case .noSuchPage: "no such route"
        case .methodNotAllowed: "the route has no such method"
        case .apiVersion: "`LUNA-STREAMS-API-VERSION` is neither 1 nor 2, or stands there twice"
        case .malformed: "not HTTP as it must be; the log has the [rule](#rules-of-http) in its place"
        case .tooLarge: "headers, target or body are too large; the same"
        case .tooSlow: "headers or body came too slowly; the same"
        case .noCredentials: "no credentials"
        case .unknownAccount: "the account of `Luna-Account-Id` is unknown"
        case .basicUnreadable: "the Basic credentials can't be decoded"
        case .unsupportedScheme: "the `Authorization` is neither Basic nor Bearer"
        case .wrongLoginOrPassword: "wrong login or password"
        case .tokenUnknown: "the token is unknown or was deleted"
        case .tokenExpired: "the token has expired"
        case .tokenNotYetValid: "the token is not valid yet, by its `nbf` or `iat` and the clock here"
        case .tokenCorrupted: "the token is damaged, or signed by another key"
        case .accountHeaderDisabled: "`Luna-Account-Id` as a credential is turned off"
        case .repeatedCredentials: "`Authorization` or `Luna-Account-Id` stands there twice"
        case .accountHeaderNotUUID: "`Luna-Account-Id` is not a UUID"
        case .missingVerb: "the token lacks the permission"
        case .visibilityNotAllowed: "the token reads all accounts, and its account's type does not allow that"
        case .foreignAccount: "another account is named, or a stream of another account would be changed"
        case .tokensNotByToken: "`/6/tokens` or `/6/account` was asked by token"
        case .streamNotFound: "the stream is another account's, or none"
        case .query: "the query can be read in two ways: `;`, or `account_id` twice"
        case .content: "the body is not the JSON that it must be"
        case .unknownOwner: "Luna-Streams did not say whose the stream is"
        case .checksOverloaded: "too many passwords or tokens wait to be checked"
        case .guessing: "too many wrong passwords for this login from this network"
        case .accountsUnreachable: "Luna-Accounts can't be reached"
        case .accountsUnreadable: "Luna-Accounts answers what is not understood"
        case .accountsFailing: "Luna-Accounts fails about this credential"
        case .tokensRefused: "`/6/tokens` or `/6/account` refused it; `error_code` says why"
        case .tokensOverloaded: "too many changes of tokens wait"
        case .upstreamUnreachable: "Luna-Streams refuses connections, or its name has no address"
        case .upstreamDisconnected: "Luna-Streams closed the connection too early"
        case .upstreamUnreadable:
            "the response of Luna-Streams can't be read; where a [rule](#rules-of-http) is broken the log has that"
        case .upstreamTLS: "TLS with Luna-Streams failed"
        case .upstreamCertificate: "the certificate of Luna-Streams is not trusted"
        case .upstreamConnectTimeout: "no connection to Luna-Streams in time"
        case .upstreamSilence: "Luna-Streams fell silent"
        case .upstreamTimeout: "the whole response of Luna-Streams took too long"
        case .pluginFailed: "a plugin's process can't be reached, or its response can't be read or took too long"
        case .overloaded: "a limit of `LIMITS` is reached; `streams_proxy_overloads_total` says which"
        case .metricsTimeout: "a worker did not tell its counters in time"
        }
    }
}

extension ExchangeEnd {
    package var meaning: String {
        switch self {
        case .completed: "the client has the whole response"
        case .clientGone: "the client closed the connection first; the usual end of a live preview"
        case .clientTimedOut: "the client sent nothing, or took nothing, for too long"
        case .cut: "Luna-Streams failed when half a response had gone out"
        case .revoked: "whoever watched a preview may no longer"
        case .drained: "the proxy ended first"
        }
    }
}
