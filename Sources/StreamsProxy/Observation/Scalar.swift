/// Counts and levels that have no labels.
package enum Scalar: Int, Sendable, CaseIterable {
    case acceptedConnections, openConnections, idleClosed
    case proxyHeadersRefused, forwardedForUnreadable
    case bytesFromClients, bytesToClients
    case bufferedBytes
    case liveViewers, liveViewersEver
    case upstreamInUse, upstreamIdle
    case upstreamReused, upstreamRetries
    case decisionsCached, decisionsLocal, decisionsAsked, decisionsRemembered, decisionsInFlight
    case accountsQuestions

    /// What follows `streams_proxy_`.
    package var name: StaticString {
        switch self {
        case .acceptedConnections: "accepted_connections_total"
        case .openConnections: "open_connections"
        case .idleClosed: "idle_connections_closed_total"
        case .proxyHeadersRefused: "proxy_headers_refused_total"
        case .forwardedForUnreadable: "forwarded_for_unreadable_total"
        case .bytesFromClients: "client_received_bytes_total"
        case .bytesToClients: "client_sent_bytes_total"
        case .bufferedBytes: "buffered_bytes"
        case .liveViewers: "live_viewers"
        case .liveViewersEver: "live_views_total"
        case .upstreamInUse: "upstream_connections_in_use"
        case .upstreamIdle: "upstream_connections_idle"
        case .upstreamReused: "upstream_connections_reused_total"
        case .upstreamRetries: "upstream_retries_total"
        case .decisionsCached: "decisions_cached_total"
        case .decisionsLocal: "decisions_local_total"
        case .decisionsAsked: "decisions_asked_total"
        case .decisionsRemembered: "decisions_remembered"
        case .decisionsInFlight: "decisions_in_flight"
        case .accountsQuestions: "accounts_questions_total"
        }
    }

    /// Whether it goes up and down.
    package var isLevel: Bool {
        switch self {
        case .openConnections, .bufferedBytes, .liveViewers, .upstreamInUse, .upstreamIdle, .decisionsRemembered,
            .decisionsInFlight:
            true
        case .acceptedConnections, .idleClosed, .proxyHeadersRefused, .forwardedForUnreadable, .bytesFromClients,
            .bytesToClients, .liveViewersEver, .upstreamReused,
            .upstreamRetries, .decisionsCached, .decisionsLocal, .decisionsAsked, .accountsQuestions:
            false
        }
    }

    package var help: StaticString {
        switch self {
        case .acceptedConnections: "Connections of clients that were accepted."
        case .openConnections: "Connections of clients that are open."
        case .idleClosed: "Idle connections of clients that were closed to make room for others."
        case .proxyHeadersRefused: "Connections of trusted proxies that were closed for want of a good PROXY header."
        case .forwardedForUnreadable: "Requests of trusted proxies whose X-Forwarded-For could not be read to its end."
        case .bytesFromClients: "Bytes that clients sent."
        case .bytesToClients: "Bytes that clients took."
        case .bufferedBytes: "Bytes held in memory for clients and from them."
        case .liveViewers: "Live previews and tunnels that run."
        case .liveViewersEver: "Live previews and tunnels that were begun."
        case .upstreamInUse: "Connections to Luna-Streams that serve a request."
        case .upstreamIdle: "Connections to Luna-Streams that wait for the next request."
        case .upstreamReused: "Requests that went over a connection that was there already."
        case .upstreamRetries: "Requests that were sent a second time, since the connection had been closed."
        case .decisionsCached: "Requests whose caller was remembered."
        case .decisionsLocal: "Requests whose caller was found out at once."
        case .decisionsAsked: "Requests whose caller had to be asked about: a password hashed, Luna-Accounts asked."
        case .decisionsRemembered: "Decisions on credentials that are remembered."
        case .decisionsInFlight: "Requests that wait for something to be found out."
        case .accountsQuestions: "Questions put to Luna-Accounts."
        }
    }
}
