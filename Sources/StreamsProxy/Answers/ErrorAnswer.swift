package import Auth
package import HTTPCore

/// Why a request is not served, whoever found out.
package enum Refusal: Error, Sendable, Equatable {
    case noSuchPage
    case methodNotAllowed(MethodSet)
    case malformed(MessageError)
    case unknownAPIVersion
    case repeatedAPIVersion
    /// Any decision but `allowed`.
    case denied(Denial)
    case upstream(UpstreamFailure)
    case plugin(UpstreamFailure)
    /// The token lacks the verb under the key that the settings name for this plugin.
    case pluginForbidden(Verb)
    case separation(SeparationRefusal)
    /// The tokens' own content limit.
    case tokensContentTooLarge
    case tokensOverloaded
    /// Content that came without credentials, on an open route.
    case openContentTooLarge
    case overloaded(Overload)
    /// A worker did not tell what it has counted.
    case metricsTimeout
}

/// A decision that lets nobody pass.
package enum Denial: Error, Sendable, Equatable {
    case unauthenticated(Unauthenticated)
    case forbidden(Forbidden)
    case unavailable(Unavailable)
    case malformed(MalformedCredentials)
}

/// One of our own error answers: LUNA's JSON body with a code that the vendor's documentation explains.
package struct ErrorAnswer: Sendable, Equatable {
    package let kind: ErrorKind
    package let status: Int
    /// What is wrong in this case. It never holds a byte of the request.
    let detail: StaticText
    /// What a 401 asks for, and what any answer says of a token that came.
    package private(set) var challenge = Challenge.none
    /// The value of Allow, with 405.
    var allow: StaticText?
    /// Seconds after which the client may ask again, with 503 and 429.
    package var retryAfter: Int?
    /// What `{}` in the detail stands for.
    private var streamID: UniqueID?

    private init(_ kind: ErrorKind, _ detail: StaticString) {
        self.init(kind, kind.status, detail)
    }

    private init(_ kind: ErrorKind, _ status: Int, _ detail: StaticString) {
        self.kind = kind
        self.status = status
        self.detail = StaticText(detail)
    }

    package var code: Int { kind.code }

    package init(_ refusal: Refusal) {
        switch refusal {
        case .noSuchPage:
            self.init(.noSuchPage, "Page not found")
        case .methodNotAllowed(let methods):
            self.init(.methodNotAllowed, "Method not allowed")
            allow = StaticText(methods.allow)
        case .malformed(let error):
            self.init(.malformed, error.status, error.reason)
        case .unknownAPIVersion:
            self.init(
                .unknownAPIVersion, "LUNA-STREAMS-API-VERSION header only allows '1' or '2' values.")
        case .repeatedAPIVersion:
            self.init(.malformed, "more than one LUNA-STREAMS-API-VERSION field")
        case .denied(.unauthenticated(let reason)):
            self.init(reason)
        case .denied(.forbidden(let reason)):
            self.init(reason)
        case .denied(.unavailable(let reason)):
            switch reason {
            case .overloaded:
                self.init(.overloaded, "Too many credentials to check at once")
            case .guessing:
                self.init(.guessing, "Too many wrong passwords for this login; see Retry-After")
            case .accountsUnreachable:
                self.init(.accountsUnreachable, "The accounts service can't be reached")
            case .accountsUnreadable:
                self.init(.accountsUnreadable, "The answer of the accounts service can't be understood")
            case .accountsFailing:
                self.init(.accountsFailing, "The accounts service fails about this credential")
            }
            if case .guessing(let seconds) = reason { retryAfter = seconds } else { retryAfter = 1 }
        case .denied(.malformed(let reason)):
            switch reason {
            case .repeatedAuthorization:
                self.init(.malformed, "more than one Authorization field")
                challenge = .bearer(.invalidRequest)
            case .repeatedAccountHeader:
                self.init(.malformed, "more than one Luna-Account-Id field")
            case .accountHeaderNotUUID:
                self.init(
                    .accountHeaderNotUUID,
                    "Luna-Account-Id header is not UUID format: xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")
            }
        case .upstream(let failure):
            self.init(failure.kind, failure.detail)
        case .plugin(let failure):
            self.init(failure.pluginKind, failure.pluginDetail)
            if status == 503 { retryAfter = 1 }
        case .pluginForbidden(let verb):
            self.init(pluginVerb: verb)
        case .separation(let refusal):
            self.init(refusal.kind, refusal.status, refusal.detail)
            streamID = refusal.streamID
        case .tokensContentTooLarge:
            self.init(
                .malformed, 413, "the content of this request may have 1048576 bytes")
        case .openContentTooLarge:
            self.init(.malformed, 413, "content without credentials may have 65536 bytes")
        case .metricsTimeout:
            self.init(.overloaded, "A worker did not tell its counters in time")
            retryAfter = 1
        case .tokensOverloaded:
            self.init(.overloaded, "Too many changes of tokens at once")
            retryAfter = 1
        case .overloaded(let overload):
            self.init(.overloaded, overload.detail)
            retryAfter = 1
        }
    }

    private init(_ reason: Unauthenticated) {
        switch reason {
        case .noCredentials:
            self.init(.noCredentials, "no credentials")
            challenge = .both
        case .unknownAccount:
            self.init(.noCredentials, "unknown account")
            challenge = .both
        case .unsupportedScheme:
            self.init(.noCredentials, "the Authorization scheme must be Basic or Bearer")
            challenge = .both
        case .basicUnreadable:
            self.init(.noCredentials, "the Basic credentials are unreadable")
            challenge = .basic
        case .byteOrderMark:
            self.init(
                .noCredentials,
                "login or password begins with a byte order mark, U+FEFF: the client must leave it out")
            challenge = .basic
        case .wrongLoginOrPassword:
            self.init(.wrongLoginOrPassword, "Account login or password are incorrect")
            challenge = .basic
        case .tokenUnknown:
            self.init(.tokenUnknown, "Specified JWT token doesn't exist")
            challenge = .bearer(.invalidToken)
        case .tokenExpired:
            self.init(.tokenExpired, "Token has been expired")
            challenge = .bearer(.invalidToken)
        case .tokenNotYetValid:
            self.init(.tokenExpired, "Token is not valid yet")
            challenge = .bearer(.invalidToken)
        case .tokenCorrupted:
            self.init(.tokenCorrupted, "Specified token corrupted")
            challenge = .bearer(.invalidToken)
        }
    }

    private init(_ reason: Forbidden) {
        switch reason {
        case .accountHeaderDisabled:
            self.init(.accountHeaderDisabled, "Authorization with 'Luna-Account-Id' header is disabled")
        case .missingVerb(let verb):
            let detail: StaticString =
                switch verb {
                case .creation:
                    "Request denied due to token restrictions, required 'creation' permission for 'streams'"
                case .view: "Request denied due to token restrictions, required 'view' permission for 'streams'"
                case .modification:
                    "Request denied due to token restrictions, required 'modification' permission for 'streams'"
                case .deletion:
                    "Request denied due to token restrictions, required 'deletion' permission for 'streams'"
                }
            self.init(.missingVerb, detail)
            challenge = .bearer(.insufficientScope(verb))
        case .visibilityNotAllowed:
            self.init(.wideAreaNotAllowed, "Specified token corrupted")
            challenge = .bearer(.invalidToken)
        case .foreignAccount:
            self.init(
                .foreignAccount, "The query parameter account_id usage denied due to account restrictions")
        case .tokensNotByToken:
            self.init(.notByToken, "Access to the resource is denied using authorization by token")
        }
    }

    private init(pluginVerb verb: Verb) {
        let detail: StaticString =
            switch verb {
            case .creation: "Request denied due to token restrictions, required 'creation' permission for this plugin"
            case .view: "Request denied due to token restrictions, required 'view' permission for this plugin"
            case .modification:
                "Request denied due to token restrictions, required 'modification' permission for this plugin"
            case .deletion: "Request denied due to token restrictions, required 'deletion' permission for this plugin"
            }
        self.init(.missingVerb, detail)
        challenge = .bearer(.insufficientScope(nil))
    }

    /// `detail` as the client reads it.
    package var detailText: String {
        var text: [UInt8] = []
        text.append(detail.text, naming: streamID)
        return String(decoding: text, as: UTF8.self)
    }

    /// What stands before the code in a link to the vendor's documentation.
    static let linkPrefix: StaticString =
        "https://docs.visionlabs.ai/info/luna/troubleshooting/errors-description/code-"

    /// The JSON content.
    package func appendContent(to bytes: inout ByteBuffer) {
        bytes.append("{\"error_code\":")
        bytes.append(decimal: code)
        bytes.append(",\"desc\":\"")
        bytes.append(kind.summary)
        bytes.append("\",\"detail\":\"")
        bytes.append(detail.text, naming: streamID)
        bytes.append("\",\"link\":\"")
        bytes.append(Self.linkPrefix)
        bytes.append(decimal: code)
        bytes.append("\"}")
    }

    /// The fields that go with this status.
    package func appendFields(to bytes: inout ByteBuffer) {
        bytes.appendField("Content-Type", "application/json")
        challenge.append(detail: detail.text, to: &bytes)
        if let allow { bytes.appendField("Allow", allow.text) }
        if let retryAfter {
            bytes.append("Retry-After: ")
            bytes.append(decimal: retryAfter)
            bytes.append("\r\n")
        }
    }
}

/// A text of the program's own, comparable: such a one can hold no secret. None has a character that JSON escapes.
package struct StaticText: Sendable, Equatable {
    let text: StaticString

    init(_ text: StaticString) {
        self.text = text
    }

    package static func == (one: StaticText, other: StaticText) -> Bool {
        one.text.description == other.text.description
    }
}
