import Auth
import HTTPCore

/// What becomes of a request, for all that is known of it by now.
enum AdmissionOutcome {
    case refused(Refusal)
    /// OPTIONS: the value of Allow.
    case options(StaticString)
    /// One of our own resources.
    case own(Route)
    case forwarded(AdmittedRequest)
    /// The accounts' own resources.
    case accounts(RouteMatch, Principal)
    /// Who the caller is has yet to be found out.
    case undecided(RouteMatch)
    /// Whose the stream is must be asked first.
    case ownerNeeded(RouteMatch, UniqueID, apiVersion: Int)
}

/// A request that may go to Luna-Streams, unless its content forbids it.
struct AdmittedRequest {
    let match: RouteMatch
    /// Nil on open routes.
    let principal: Principal?
    /// 1 or 2.
    let apiVersion: Int
    let query: QueryEdit
    /// Whether `BodyRule` is to see the content before any of the request goes on.
    let checksContent: Bool
}

/// Knows, or finds out, what the rules ask about beyond the request itself.
protocol AdmissionSource {
    /// Who the caller is; nil while that is being found out.
    func decision(on head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Decision?
    /// Whose the stream is; nil where Luna-Streams must be asked.
    func owner(of streamID: UniqueID) -> StreamOwner?
    /// Whether the caller may use a method with that verb where a token must hold it under `key`.
    func permits(_ principal: Principal, _ verb: Verb, under key: String) -> Bool
}

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
    /// A Python plugin.
    case plugin(RouteMatch, PluginAccess)
}
