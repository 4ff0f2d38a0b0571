import Auth
import HTTPCore

/// The rules on who may do what, in their order: route, credentials, permission, separation. No I/O: whoever applies
/// them asks for what they want to know. The connection and `explain` go through the same.
final class Admission: Sendable {
    let routes: RouteTable
    let defaultVersion: Int
    /// `account-isolation`.
    let isSeparating: Bool
    /// Of the Python plugins, by their places.
    private let pluginAccess: [PluginAccess]

    init(_ configuration: Configuration) {
        routes = RouteTable(
            mount: configuration.mount, isLunaStreamsActive: configuration.isLunaStreamsActive,
            keepsAccounts: configuration.accountsService == nil, hasMetrics: configuration.metrics.isOn,
            plugins: configuration.pluginHost?.plugins.map(\.name) ?? [])
        pluginAccess = configuration.pluginHost?.plugins.map(\.access) ?? []
        defaultVersion = configuration.upstream.apiVersion
        isSeparating = configuration.isAccountIsolationOn
    }

    /// What becomes of a request.
    func outcome(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, asking source: some AdmissionSource
    ) -> AdmissionOutcome {
        switch destination(head, bytes) {
        case .refused(let refusal): return .refused(refusal)
        case .options(let allow): return .options(allow)
        case .own(let route): return .own(route)
        case .open(let match, let apiVersion):
            if Self.isTooLargeUnasked(head) { return .refused(.openContentTooLarge) }
            return .forwarded(
                AdmittedRequest(
                    match: match, principal: nil, apiVersion: apiVersion, query: .unchanged, checksContent: false))
        case .guarded(let match, let apiVersion):
            switch caller(head, bytes, asking: source) {
            case nil: return .undecided(match)
            case .failure(let denial): return .refused(.denied(denial))
            case .success(let principal):
                if let denial = Self.missingPermission(principal, head.method) { return .refused(.denied(denial)) }
                let owner = match.streamID.flatMap { source.owner(of: $0) }
                switch separate(principal, match, head, bytes, owner: owner) {
                case .refused(let refusal): return .refused(.separation(refusal))
                case .ownerNeeded(let streamID): return .ownerNeeded(match, streamID, apiVersion: apiVersion)
                case .passes(let edit, let checksContent):
                    return .forwarded(
                        AdmittedRequest(
                            match: match, principal: principal, apiVersion: apiVersion, query: edit,
                            checksContent: checksContent))
                }
            }
        case .plugin(let match, let access):
            if access == .open {
                return Self.isTooLargeUnasked(head)
                    ? .refused(.openContentTooLarge) : .forwarded(forPlugin(match, nil))
            }
            switch caller(head, bytes, asking: source) {
            case nil: return .undecided(match)
            case .failure(let denial): return .refused(.denied(denial))
            case .success(let principal):
                if case .permission(let key) = access, let verb = Verb(head.method),
                    !source.permits(principal, verb, under: key)
                {
                    return .refused(.pluginForbidden(verb))
                }
                return .forwarded(forPlugin(match, principal))
            }
        case .accounts(let match):
            switch caller(head, bytes, asking: source) {
            case nil: return .undecided(match)
            case .failure(let denial): return .refused(.denied(denial))
            case .success(let principal):
                if principal.kind != .basic { return .refused(.denied(.forbidden(.tokensNotByToken))) }
                if case .length(let length) = head.framing, length > TokensAPI.maximumContentSize {
                    return .refused(.tokensContentTooLarge)
                }
                return .accounts(match, principal)
            }
        }
    }

    /// Bytes of content that a caller without credentials may send: it is gathered before anything connects for it.
    static let openContentMaximum = 64 << 10

    private static func isTooLargeUnasked(_ head: borrowing RequestHead) -> Bool {
        if case .length(let length) = head.framing { length > openContentMaximum } else { false }
    }

    /// Accounts are not kept apart here: the plugin is told who asks.
    private func forPlugin(_ match: RouteMatch, _ principal: Principal?) -> AdmittedRequest {
        AdmittedRequest(
            match: match, principal: principal, apiVersion: defaultVersion, query: .unchanged, checksContent: false)
    }

    /// Nil while it is being found out.
    private func caller(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, asking source: some AdmissionSource
    ) -> Result<Principal, Denial>? {
        if let reason = Self.repeatedCredentials(head) { return .failure(.malformed(reason)) }
        return source.decision(on: head, bytes)?.outcome
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
        case .version, .health, .plugins, .metrics: return .own(route)
        case .plugin: return .plugin(match, pluginAccess[Int(match.plugin ?? 0)])
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
    private static func repeatedCredentials(_ head: borrowing RequestHead) -> MalformedCredentials? {
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
    private func separate(
        _ principal: Principal, _ match: RouteMatch, _ head: borrowing RequestHead, _ bytes: Span<UInt8>,
        owner: StreamOwner?
    ) -> Separation {
        guard isSeparating, let rule = QueryRule(match.route, head.method, principal) else {
            return .passes(.unchanged, checksContent: false)
        }
        do throws(SeparationRefusal) {
            let edit = try rule.edit(bytes, head.query)
            if BodyRule.refusesContent(of: match.route, head.method), case .length(1...) = head.framing {
                throw .unexpectedContent
            }
            let checksContent = BodyRule.applies(to: match.route, head.method, head.framing)
            if checksContent, !BodyRule.refusesContent(of: match.route, head.method) {
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

/// What the separation of accounts makes of a request.
private enum Separation {
    case refused(SeparationRefusal)
    /// Whose the stream is must be asked first.
    case ownerNeeded(UniqueID)
    /// The query goes on like this; with `checksContent`, the content too must be looked at.
    case passes(QueryEdit, checksContent: Bool)
}
