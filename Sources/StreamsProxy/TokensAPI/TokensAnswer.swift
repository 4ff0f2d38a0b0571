package import Auth
internal import HTTPCore
internal import JSON

/// The answer to a `TokensRequest`. It can't be printed: the content may hold a new token.
package struct TokensAnswer: Sendable, Concealed {
    package let status: Int
    /// JSON; nothing with 204. The same for HEAD as for GET: that it isn't sent is the connection's business.
    package let content: [UInt8]
    /// The value of Location, with 201.
    package private(set) var location: [UInt8]?
    /// The value of Allow, with 405.
    package private(set) var allow: [UInt8]?
    /// The value of Retry-After in seconds, with 503.
    package private(set) var retryAfter: Int?
    /// Which schemes a 401 asks for.
    package private(set) var challenge = Challenge.none
    /// The `error_code` of the content; nil where all went well.
    package let errorCode: Int?
    /// What is wrong with the accounts file, with 500: for the log, not for the client.
    package private(set) var problems: [AccountsProblem] = []

    /// 200, with an object of those members.
    static func found(_ members: (inout JSONWriter) -> Void) -> TokensAnswer {
        var writer = JSONWriter()
        writer.object(members)
        return TokensAnswer(status: 200, content: writer.bytes, errorCode: nil)
    }

    /// 201: the only time that the token itself is shown.
    static func created(_ id: UniqueID, token: String) -> TokensAnswer {
        let url = "\(Route.tokens.name)/\(id)"
        var writer = JSONWriter()
        writer.object {
            $0.member("token_id", id.description)
            $0.member("token", token)
            $0.member("url", url)
        }
        var answer = TokensAnswer(status: 201, content: writer.bytes, errorCode: nil)
        answer.location = Array(url.utf8)
        return answer
    }

    /// 204.
    static let done = TokensAnswer(status: 204, content: [], errorCode: nil)

    init(_ refusal: TokensRefusal) {
        status = refusal.status
        errorCode = refusal.kind.code
        var writer = JSONWriter()
        writer.object {
            $0.member("error_code", refusal.kind.code)
            $0.member("desc", refusal.kind.summary.description)
            $0.member("detail", refusal.detail)
            $0.member("link", "\(ErrorAnswer.linkPrefix)\(refusal.kind.code)")
        }
        content = writer.bytes
        switch refusal {
        case .wrongMethod(let resource): allow = Array(resource.allow.description.utf8)
        case .edit(.noSuchAccount), .edit(.noSuchLogin): challenge = .both
        case .busy: retryAfter = 1
        case .file(let problems): self.problems = problems
        case .notBasic, .contentTooLarge, .notJSONType, .notJSON, .invalid, .badQuery,
            .edit(.noSuchToken), .edit(.wideAreaNotAllowed), .edit(.tooManyTokens), .edit(.tooLargePermissions),
            .edit(.tokenIDTaken), .edit(.accountIDTaken), .edit(.loginTaken):
            break
        }
    }

    private init(status: Int, content: [UInt8], errorCode: Int?) {
        self.status = status
        self.content = content
        self.errorCode = errorCode
    }
}
