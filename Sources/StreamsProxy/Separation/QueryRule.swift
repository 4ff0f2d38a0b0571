package import Auth
package import HTTPCore

/// What a query may say of accounts, on the routes where accounts are kept apart. Luna-Streams takes `account_id` for
/// a filter: where a request reaches many streams the own one is put there, and where it reaches one the parameter has
/// no meaning and is dropped. What two readers could take differently is refused, never repaired.
package struct QueryRule: Sendable {
    package enum Purpose: Sendable, Equatable {
        /// List, count, logs, and deletion of many.
        case collection
        /// Creation, and the routes of one stream.
        case item
    }

    private let purpose: Purpose
    private let account: UniqueID
    /// A read of somebody who reads all accounts: the query passes byte for byte.
    private let isWide: Bool

    package init(_ purpose: Purpose, account: UniqueID, isWide: Bool) {
        self.purpose = purpose
        self.account = account
        self.isWide = isWide
    }

    /// The rule for a request of `principal`; nil on routes that know no accounts.
    package init?(_ route: Route, _ method: Method, _ principal: Principal) {
        guard let purpose = Purpose(route, method) else { return nil }
        self.init(purpose, account: principal.accountID, isWide: principal.seesAllAccounts(by: method))
    }

    package func edit(_ bytes: Span<UInt8>, _ query: Range<Int>?) throws(SeparationRefusal) -> QueryEdit {
        if isWide { return .unchanged }
        var found: QueryParameter?
        if let query {
            for index in query where bytes[index] == UInt8(ascii: ";") { throw .semicolonInQuery }
            var start = query.lowerBound
            while start < query.upperBound {
                let parameter = QueryParameter(bytes, from: start, before: query.upperBound)
                guard parameter.isNamePlain(bytes) else { throw .unreadableParameter }
                if parameter.isAccountID(bytes) {
                    if found != nil { throw .repeatedParameter }
                    found = parameter
                }
                start = parameter.range.upperBound + 1
            }
        }
        // What is no UUID is no account of the caller's either.
        if let found, found.uniqueID(bytes) != account { throw .foreignAccount }
        switch purpose {
        case .collection: return found.map { .replacing($0.range, account) } ?? .adding(account)
        case .item: return found.map { .removing($0.range) } ?? .unchanged
        }
    }
}

extension QueryRule.Purpose {
    /// Nil on routes that know no accounts.
    package init?(_ route: Route, _ method: Method) {
        switch route {
        case .streams: self = method == .post ? .item : .collection
        case .count, .logs: self = .collection
        case .stream, .live, .frame: self = .item
        case .streamsVersion, .documentation, .streamsPlugins, .version, .health, .plugins, .metrics, .tokens, .token,
            .account, .plugin:
            return nil
        }
    }
}

extension Principal {
    /// Whether a request with this method reaches the streams of all accounts: reads alone ever do.
    package func seesAllAccounts(by method: Method) -> Bool {
        readsAllAccounts && (method == .get || method == .head)
    }
}
