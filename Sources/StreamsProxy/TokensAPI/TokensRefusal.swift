internal import Auth

/// Why a request for tokens is not done. Nothing has changed then.
enum TokensRefusal: Error {
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
    case edit(TokenFault)
    /// Others' changes took all the time that this one could wait.
    case busy
    /// The accounts file can't be read or written.
    case file([AccountsProblem])

    /// Status, LUNA's code, and its two texts. Of the request they hold names of JSON members at most, never a value.
    var error: (status: Int, code: Int, summary: String, detail: String) {
        let input = "Bad/incomplete input data"
        return switch self {
        case .wrongMethod: (405, 12021, "Method not allowed", "Method not allowed")
        case .notBasic:
            (403, 11064, "Forbidden", "Access to the resource is denied using authorization by token")
        case .contentTooLarge: (413, 12046, "Invalid http request", "the content is too large")
        case .notJSONType:
            (400, 12017, input, "Bad content type: must be application/json, its charset (if there is one) utf-8")
        case .notJSON(let reason): (400, 12027, input, "Failed to validate input json. Message: \(reason)")
        case .invalid(let path, let message):
            (400, 12022, input, "Failed to validate input json. Path: '\(path)' message: '\(message)'")
        case .badQuery(let sentence): (400, 12012, input, "Bad query parameters: \(sentence)")
        // Deleted since the caller was let in.
        case .edit(.noSuchAccount): (401, 11065, "Authorization failed", "unknown account")
        // Another account's token is none that this one can see.
        case .edit(.noSuchToken): (404, 41005, "JWT token not found", "Specified JWT token doesn't exist")
        case .edit(.wideAreaNotAllowed): (403, 11062, "Forbidden", "visibility_area \(TokenFault.wideArea)")
        // LUNA has no such limit, so no code of its own for it.
        case .edit(.tooManyTokens): (403, 12033, "Forbidden", TokenFault.full)
        case .edit(.tooLargePermissions): (403, 12033, "Forbidden", TokenFault.large)
        case .busy: (503, 1, "Internal server error", "Too many changes of tokens at once")
        case .file: (500, 11042, "Internal server error", "The accounts file can't be used")
        }
    }
}
