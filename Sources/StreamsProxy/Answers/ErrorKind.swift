internal import HTTPCore

/// A kind of trouble that one of our own error answers tells of: code, status and words are declared here and nowhere else.
/// Each is a row of the documents; `ErrorKind+Documents` has what those say beside it.
package enum ErrorKind: UInt8, Sendable, CaseIterable {
    case overloaded, guessing
    case upstreamUnreadable, accountsUnreadable
    case upstreamSilent, tcpTimeout, connectTimeout, requestTimeout
    case upstreamDisconnected, upstreamTLS, upstreamCertificate
    case upstreamUnreachable, accountsUnreachable, accountsFailing, pluginsUnreachable
    case accountHeaderNotUUID
    case ownFault
    case missingVerb, accountHeaderDisabled, tokenCorrupted, wideAreaNotAllowed, foreignAccount, notByToken
    case noCredentials
    case unknownAPIVersion
    case badQuery
    case noSuchPage
    case contentType
    case methodNotAllowed
    case invalidContent, notJSON
    case tooManyTokens
    case malformed
    case noSuchStream
    case tokenUnknown, noSuchToken
    case wrongLoginOrPassword, tokenExpired

    /// LUNA's code, which the vendor's documentation has a page on.
    package var code: Int {
        switch self {
        case .overloaded, .guessing: 1
        case .upstreamUnreadable, .accountsUnreadable: 4
        case .upstreamSilent: 6
        case .tcpTimeout: 7
        case .connectTimeout: 8
        case .requestTimeout: 9
        case .upstreamDisconnected: 10
        case .upstreamTLS: 13
        case .upstreamCertificate: 14
        case .upstreamUnreachable, .accountsUnreachable, .accountsFailing, .pluginsUnreachable: 16
        case .accountHeaderNotUUID: 11037
        case .ownFault: 11042
        case .missingVerb: 11059
        case .accountHeaderDisabled: 11061
        case .tokenCorrupted, .wideAreaNotAllowed: 11062
        case .foreignAccount: 11063
        case .notByToken: 11064
        case .noCredentials: 11065
        case .unknownAPIVersion: 11076
        case .badQuery: 12012
        case .noSuchPage: 12013
        case .contentType: 12017
        case .methodNotAllowed: 12021
        case .invalidContent: 12022
        case .notJSON: 12027
        // LUNA has no such limit, so no code of its own for it.
        case .tooManyTokens: 12033
        case .malformed: 12046
        case .noSuchStream: 39001
        case .tokenUnknown, .noSuchToken: 41005
        case .wrongLoginOrPassword: 41006
        case .tokenExpired: 41007
        }
    }

    /// The status, where nothing more exact is known: of a message that is malformed the rule that it breaks says which.
    package var status: Int {
        switch self {
        case .accountHeaderNotUUID, .unknownAPIVersion, .badQuery, .contentType, .invalidContent, .notJSON, .malformed:
            400
        case .tokenCorrupted, .noCredentials, .tokenUnknown, .wrongLoginOrPassword, .tokenExpired: 401
        case .missingVerb, .accountHeaderDisabled, .wideAreaNotAllowed, .foreignAccount, .notByToken, .tooManyTokens:
            403
        case .noSuchPage, .noSuchStream, .noSuchToken: 404
        case .methodNotAllowed: 405
        case .guessing: 429
        case .ownFault: 500
        case .upstreamUnreadable, .upstreamDisconnected, .upstreamTLS, .upstreamCertificate, .upstreamUnreachable: 502
        case .overloaded, .accountsUnreadable, .accountsUnreachable, .accountsFailing, .pluginsUnreachable: 503
        case .upstreamSilent, .tcpTimeout, .connectTimeout, .requestTimeout: 504
        }
    }

    /// Every status that it comes with, in ascending order.
    package var statuses: [Int] {
        self == .malformed ? Set(MessageError.allCases.map(\.status) + [status]).sorted() : [status]
    }

    /// What kind of error it is, in LUNA's words: `desc` of the answer.
    package var summary: StaticString {
        switch self {
        case .overloaded, .guessing, .ownFault: "Internal server error"
        case .upstreamUnreadable, .accountsUnreadable: "Client payload error"
        case .upstreamSilent: "Socket read timeout"
        case .tcpTimeout: "Socket connect timeout"
        case .connectTimeout: "Connect timeout"
        case .requestTimeout: "Request timeout"
        case .upstreamDisconnected: "Server disconnected"
        case .upstreamTLS: "Client connector SSL error"
        case .upstreamCertificate: "Client connector certificate error"
        case .upstreamUnreachable, .accountsUnreachable, .accountsFailing, .pluginsUnreachable: "Client connector error"
        case .missingVerb, .accountHeaderDisabled, .tokenCorrupted, .wideAreaNotAllowed, .foreignAccount, .notByToken,
            .tooManyTokens:
            "Forbidden"
        case .noCredentials: "Authorization failed"
        case .accountHeaderNotUUID, .unknownAPIVersion, .badQuery, .contentType, .invalidContent, .notJSON:
            "Bad/incomplete input data"
        case .noSuchPage: "Resource not found"
        case .methodNotAllowed: "Method not allowed"
        case .malformed: "Invalid http request"
        case .noSuchStream: "Object not found"
        case .tokenUnknown, .noSuchToken: "JWT token not found"
        case .wrongLoginOrPassword, .tokenExpired: "Account credentials wrong"
        }
    }
}
