package import Auth

/// Why a request for tokens is not done. Nothing has changed then.
package enum TokensRefusal: Error {
    case wrongMethod(TokensResource)
    /// A token, or `Luna-Account-Id`: tokens are an account's own business, and its password shows that it is the account.
    case notBasic
    case contentTooLarge
    /// The Content-Type is not `application/json`, or its charset not UTF-8.
    case notJSONType
    /// Not JSON at all; in words.
    case notJSON(String)
    /// JSON, but with something else at that JSON path than should be there.
    case invalid(path: String, message: String)
    /// The sentence begins with the parameter's name.
    case badQuery(String)
    case edit(AccountsFault)
    /// Others' changes took all the time that this one could wait.
    case busy
    /// The accounts file can't be read or written.
    case file([AccountsProblem])

    init(_ failure: AccountsStoreFailure) {
        self =
            switch failure {
            case .refused(let fault): .edit(fault)
            case .busy: .busy
            case .problems(let problems): .file(problems)
            }
    }

    package var kind: ErrorKind {
        switch self {
        case .wrongMethod: .methodNotAllowed
        case .notBasic: .notByToken
        case .contentTooLarge: .malformed
        case .notJSONType: .contentType
        case .notJSON: .notJSON
        case .invalid: .invalidContent
        case .badQuery: .badQuery
        // Deleted since the caller was let in.
        case .edit(.noSuchAccount), .edit(.noSuchLogin): .noCredentials
        // Another account's token is none that this one can see.
        case .edit(.noSuchToken): .noSuchToken
        case .edit(.wideAreaNotAllowed): .wideAreaNotAllowed
        case .edit(.tooManyTokens), .edit(.tooLargePermissions): .tooManyTokens
        case .busy: .overloaded
        // No request chooses an id.
        case .file, .edit(.tokenIDTaken), .edit(.accountIDTaken), .edit(.loginTaken): .ownFault
        }
    }

    var status: Int {
        if case .contentTooLarge = self { 413 } else { kind.status }
    }

    /// Of the request it holds names of JSON members at most, never a value.
    var detail: String {
        switch self {
        case .wrongMethod: "Method not allowed"
        case .notBasic: "Access to the resource is denied using authorization by token"
        case .contentTooLarge: "the content is too large"
        case .notJSONType: "Bad content type: must be application/json, its charset (if there is one) utf-8"
        case .notJSON(let reason): "Failed to validate input json. Message: \(reason)"
        case .invalid(let path, let message):
            "Failed to validate input json. Path: '\(path)' message: '\(message)'"
        case .badQuery(let sentence): "Bad query parameters: \(sentence)"
        case .edit(.noSuchAccount), .edit(.noSuchLogin): "unknown account"
        case .edit(.noSuchToken): "Specified JWT token doesn't exist"
        case .edit(.wideAreaNotAllowed): "visibility_area \(AccountsFault.wideArea)"
        case .edit(.tooManyTokens): AccountsFault.full
        case .edit(.tooLargePermissions): AccountsFault.large
        case .busy: "Too many changes of tokens at once"
        case .file: "The accounts file can't be used"
        case .edit(.tokenIDTaken), .edit(.accountIDTaken), .edit(.loginTaken): "An id that was made is taken"
        }
    }
}
