package import Auth
internal import HTTPCore
internal import JSON

/// How Luna-Accounts is asked about a credential and what its answer means. No I/O: the control client carries one to
/// the other.
package struct AccountsContract: Sendable {
    /// An answer is a small object; a longer one counts as unreadable. In bytes.
    package static let maximumAnswer = 65536

    private let url: String
    private let serviceURL: String
    private let tls: ServiceTLS
    private let settings: VerificationSettings
    private let connectTimeout: Interval
    private let requestTimeout: Interval

    package init(_ service: AccountsServiceSettings) {
        url = service.url
        serviceURL = service.address.url
        tls = service.address.tls
        settings = service.verification
        connectTimeout = Interval(service.connectTimeout)
        requestTimeout = Interval(service.requestTimeout)
    }

    // MARK: The question

    /// Without a credential where `question` is nil: that shows whether anybody is there.
    package func request(_ question: ServiceQuestion?) -> ControlRequest {
        var fields = [ControlRequest.Field(name: "Accept", value: Array("application/json".utf8))]
        var content: [UInt8]?
        switch settings.carrier {
        case .header:
            if let question { fields.append(Self.field(question)) }
            // POST without content has a Content-Length of 0 (RFC 9110 §8.6); GET has none.
            content = settings.method == .post ? [] : nil
        case .json:
            fields.append(ControlRequest.Field(name: "Content-Type", value: Array("application/json".utf8)))
            content = object(question)
        }
        return ControlRequest(
            method: settings.method.rawValue, url: url, tls: tls, fields: fields, content: content,
            connectTimeout: connectTimeout, timeout: requestTimeout, maximumAnswer: Self.maximumAnswer)
    }

    /// Our own question: whether anybody is there. No client has a part in it.
    var probe: ControlRequest {
        ControlRequest(
            method: "GET", url: "\(serviceURL)/version", tls: tls, fields: [], connectTimeout: connectTimeout,
            timeout: requestTimeout, maximumAnswer: Self.maximumAnswer)
    }

    /// Whether somebody has answered it, and not that nobody can be answered now.
    func isThere(_ answer: ControlAnswer) -> Bool {
        switch answer {
        case .answered(let status, _): !(500...599).contains(status)
        case .failed(.unreadable(.contentTooLong)): true
        case .failed: false
        }
    }

    private static func field(_ question: ServiceQuestion) -> ControlRequest.Field {
        let name =
            switch question.kind {
            case .basic, .token: "Authorization"
            case .accountHeader: "Luna-Account-Id"
            }
        return ControlRequest.Field(name: name, value: question.fieldValue)
    }

    private func object(_ question: ServiceQuestion?) -> [UInt8] {
        let names = settings.jsonFields
        var writer = JSONWriter()
        writer.object { object in
            guard let question else { return }
            switch question.kind {
            case .accountHeader:
                object.member(names.accountID, question.accountID?.description ?? "")
            case .basic, .token:
                if let name = names.authorization {
                    object.member(name, String(decoding: question.fieldValue, as: UTF8.self))
                } else if let token = question.token {
                    object.member(names.token, token)
                } else if let (login, password) = question.loginAndPassword {
                    object.member(names.login, login)
                    object.member(names.password, password)
                }
            }
        }
        return writer.bytes
    }

    // MARK: The answer

    /// `now` is in Unix milliseconds.
    package func decision(_ question: ServiceQuestion, _ answer: ControlAnswer, now: Int64) -> Decision {
        switch answer {
        case .failed(.unreadable(.contentTooLong)): return .unavailable(.accountsUnreadable)
        case .failed(.unreachable), .failed(.connectTimeout), .failed(.sockConnectTimeout), .failed(.tls),
            .failed(.certificate):
            return .unavailable(.accountsUnreachable)
        case .failed(.requestTimeout), .failed(.silence), .failed(.disconnected), .failed(.unreadable),
            .failed(.unaskedUpgrade), .failed(.tooManyInterimAnswers):
            // This question may have been too much for it; another need not be.
            return .unavailable(.accountsFailing)
        case .answered(let status, let content):
            switch status {
            case 200...299:
                guard let account = AccountAnswer(content, settings.answerFields) else {
                    return .unavailable(.accountsUnreadable)
                }
                return account.decision(question, now: now)
            case 400, 401, 403, 404:
                return refusal(question.kind, status, AccountAnswer.errorCode(content))
            // It is there, and speaks of this question: somebody's odd credential may be what it fails about.
            case 408, 429, 500...599: return .unavailable(.accountsFailing)
            default: return .unavailable(.accountsUnreadable)
            }
        }
    }

    /// What a refusal speaks of. 401 always speaks of the credential. The others may as well mean that the question was
    /// wrong, or asked at the wrong place: they refuse only with a code of Luna-Accounts' own.
    private func refusal(_ kind: CredentialKind, _ status: Int, _ code: Int?) -> Decision {
        switch code {
        case 41005, 41006: return Self.unknown(kind)
        case 41007: return kind == .token ? .unauthenticated(.tokenExpired) : Self.unknown(kind)
        case 41008: return kind == .token ? .unauthenticated(.tokenCorrupted) : Self.unknown(kind)
        case 11062:
            guard kind == .token else { return Self.unknown(kind) }
            // Forbidden: a token for all accounts, of an account that may no longer see them.
            return status == 403 ? .forbidden(.visibilityNotAllowed) : .unauthenticated(.tokenCorrupted)
        case .some(41000...41999) where status != 400: return Self.unknown(kind)
        default: return status == 401 ? Self.unknown(kind) : .unavailable(.accountsUnreadable)
        }
    }

    private static func unknown(_ kind: CredentialKind) -> Decision {
        switch kind {
        case .basic: .unauthenticated(.wrongLoginOrPassword)
        case .token: .unauthenticated(.tokenUnknown)
        case .accountHeader: .unauthenticated(.unknownAccount)
        }
    }
}
