package import Auth
package import HTTPCore

/// The accounts' resources that the proxy has itself while it keeps the accounts (`CONFIG_AUTHORIZATION_USERS`).
package enum TokensResource: Sendable, Equatable {
    /// `/6/tokens`
    case tokens
    /// `/6/tokens/<token-id>`
    case token(UniqueID)
    /// `/6/account`
    case account

    /// Its route, whose methods it has.
    package var route: Route {
        switch self {
        case .tokens: .tokens
        case .token: .token
        case .account: .account
        }
    }

    package var methods: MethodSet { route.methods }

    /// The value of an Allow field: the methods, and OPTIONS, which the connection answers.
    package var allow: StaticString { methods.allow }
}

/// A request for one of them, with all of its content.
package struct TokensRequest: Sendable {
    package let method: Method
    package let resource: TokensResource
    /// Without its question mark, as the client sent it.
    package let query: [UInt8]?
    /// The value of the Content-Type field.
    package let contentType: [UInt8]?
    /// At most `TokensAPI.maximumContentSize` bytes.
    package let content: [UInt8]
    /// Who asks.
    package let principal: Principal

    /// Whether it may change something; what only reads is answered from memory.
    package var changes: Bool { method != .get && method != .head }

    package init(
        method: Method, resource: TokensResource, query: [UInt8]? = nil, contentType: [UInt8]? = nil,
        content: [UInt8] = [], principal: Principal
    ) {
        self.method = method
        self.resource = resource
        self.query = query
        self.contentType = contentType
        self.content = content
        self.principal = principal
    }
}
