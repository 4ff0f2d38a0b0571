import Auth
import HTTPCore

/// Where a request leads, by its head alone.
enum Destination {
    case refused(Refusal)
    /// OPTIONS: the value of Allow.
    case options(StaticString)
    /// One of our own resources, open to everybody.
    case own(Route)
    /// Luna-Streams, open to everybody.
    case open(RouteMatch, apiVersion: Int)
    /// Luna-Streams, for whoever may.
    case guarded(RouteMatch, apiVersion: Int)
    /// The accounts' own resources.
    case accounts(RouteMatch)
}

/// What the separation of accounts makes of a request.
enum Separation {
    case refused(SeparationRefusal)
    /// Whose the stream is must be asked first.
    case ownerNeeded(UniqueID)
    /// The query goes on like this; with `checksContent`, the content too must be looked at.
    case passes(QueryEdit, checksContent: Bool)
}

/// The rules on who may do what, in their order: route, credentials, permission, separation. No I/O: the connection
/// asks for what it is told to ask, and `explain` goes through the same rules.
struct Admission: Sendable {
    let routes: RouteTable
    let defaultVersion: Int
    /// `account-isolation`.
    let isSeparating: Bool

    init(_ configuration: Configuration) {
        routes = RouteTable(
            mount: configuration.mount, isLunaStreamsActive: configuration.isLunaStreamsActive,
            keepsAccounts: configuration.accountsService == nil)
        defaultVersion = configuration.upstream.apiVersion
        isSeparating = configuration.isAccountIsolationOn
    }

    func destination(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Destination {
        if head.form == .asterisk { return .options(MethodSet([.get, .head, .post, .put, .delete]).allow) }
        guard let match = routes.match(bytes, head.path) else { return .refused(.noSuchPage) }
        let route = match.route
        if head.method == .options { return .options(route.methods.allow) }
        guard route.methods.contains(MethodSet(head.method)) else {
            return .refused(.methodNotAllowed(route.methods))
        }
        switch route {
        case .tokens, .token, .account: return .accounts(match)
        case .version, .health, .plugins: return .own(route)
        case .streamsVersion, .documentation, .streamsPlugins, .streams, .count, .logs, .stream, .live, .frame: break
        }
        var apiVersion = defaultVersion
        if let value = head.fields.value(.lunaStreamsAPIVersion) {
            if head.fields.repeats(.lunaStreamsAPIVersion) { return .refused(.repeatedAPIVersion) }
            guard value.count == 1, (0x31...0x32).contains(bytes[value.lowerBound]) else {
                return .refused(.unknownAPIVersion)
            }
            apiVersion = Int(bytes[value.lowerBound]) - 0x30
        }
        return route.isGuarded ? .guarded(match, apiVersion: apiVersion) : .open(match, apiVersion: apiVersion)
    }

    /// Two of them, and somebody behind us could read the other one (CVE-2020-25017 and its kin).
    static func repeatedCredentials(_ head: borrowing RequestHead) -> MalformedCredentials? {
        if head.fields.repeats(.authorization) { return .repeatedAuthorization }
        if head.fields.repeats(.lunaAccountID) { return .repeatedAccountHeader }
        return nil
    }

    /// Nil where the principal may use this method on `streams`.
    static func missingPermission(_ principal: Principal, _ method: Method) -> Denial? {
        guard let verb = Verb(method) else { return .forbidden(.missingVerb(.view)) }
        return principal.permits(verb) ? nil : .forbidden(.missingVerb(verb))
    }

    /// `owner` is nil while it is not known.
    func separate(
        _ principal: Principal, _ match: RouteMatch, _ head: borrowing RequestHead, _ bytes: Span<UInt8>,
        owner: StreamOwner?
    ) -> Separation {
        guard isSeparating, let rule = QueryRule(match.route, head.method, principal) else {
            return .passes(.unchanged, checksContent: false)
        }
        do throws(SeparationRefusal) {
            let edit = try rule.edit(bytes, head.query)
            let checksContent = BodyRule.applies(to: match.route, head.method)
            if checksContent {
                try ContentTypeRule.check(bytes, head.fields)
                if case .length(let length) = head.framing, length > BodyRule.maximumLength { throw .contentTooLarge }
            }
            if let id = match.streamID, !principal.seesAllAccounts(by: head.method) {
                guard let owner else { return .ownerNeeded(id) }
                try OwnershipRule.check(principal, head.method, id, owner)
            }
            return .passes(edit, checksContent: checksContent)
        } catch {
            return .refused(error)
        }
    }
}

extension Decision {
    /// The principal, or why nobody passes.
    var outcome: Result<Principal, Denial> {
        switch self {
        case .allowed(let principal): .success(principal)
        case .unauthenticated(let reason): .failure(.unauthenticated(reason))
        case .forbidden(let reason): .failure(.forbidden(reason))
        case .unavailable(let reason): .failure(.unavailable(reason))
        case .malformed(let reason): .failure(.malformed(reason))
        }
    }
}
