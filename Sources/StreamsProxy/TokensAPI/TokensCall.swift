import Auth
import HTTPCore

/// A request for the accounts' own resources whose content is still to come.
struct TokensCall {
    private let resource: TokensResource
    private let query: [UInt8]?
    private let contentType: [UInt8]?
    private let principal: Principal

    init(_ match: RouteMatch, _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ principal: Principal) {
        if let id = match.tokenID {
            resource = .token(id)
        } else {
            resource = match.route == .account ? .account : .tokens
        }
        query = head.query.map { Self.copy(bytes, $0) }
        contentType = head.fields.value(.contentType).map { Self.copy(bytes, $0) }
        self.principal = principal
    }

    private static func copy(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.append(bytes, range)
        return copy
    }

    func request(_ method: Method, content: [UInt8]) -> TokensRequest {
        TokensRequest(
            method: method, resource: resource, query: query, contentType: contentType, content: content,
            principal: principal)
    }
}
