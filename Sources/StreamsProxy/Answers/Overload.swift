/// Which bound of the proxy as a whole was reached: 503, and the client may ask again.
package enum Overload: UInt8, Sendable, Equatable, CaseIterable {
    /// `connections`.
    case connections
    /// `connections_per_address`.
    case connectionsOfAddress
    /// The system gives this process no further descriptor.
    case descriptors
    /// `buffered_bytes`.
    case bufferedBytes
    /// Callers without credentials have had all their places for too long.
    case openCalls
    /// More previews than descriptors bear beside short calls.
    case viewers

    /// The reason in logs and counts: one word that never changes.
    package var code: StaticString {
        switch self {
        case .connections: "too_many_connections"
        case .connectionsOfAddress: "too_many_connections_of_address"
        case .descriptors: "no_descriptors_left"
        case .bufferedBytes: "too_many_buffered_bytes"
        case .openCalls: "too_many_open_calls"
        case .viewers: "too_many_viewers"
        }
    }

    var detail: StaticString {
        switch self {
        case .connections: "Too many connections at once"
        case .connectionsOfAddress: "Too many connections of this address at once"
        case .descriptors: "No connection can be kept at the moment"
        case .bufferedBytes: "Too much waits for slow peers"
        case .openCalls: "Too many requests without credentials at once"
        case .viewers: "Too many live previews at once"
        }
    }

    /// What the operator can do about it.
    package var advice: StaticString {
        switch self {
        case .connections: "LIMITS.connections is reached"
        case .connectionsOfAddress:
            "LIMITS.connections_per_address is reached; 0 turns it off, for clients behind one load balancer"
        case .descriptors: "the process has no descriptors left; raise the hard limit (ulimit -Hn)"
        case .bufferedBytes: "LIMITS.buffered_bytes is reached"
        case .openCalls:
            "requests without credentials wait for each other; Luna-Streams or a plugin answers them slowly"
        case .viewers:
            "as many live previews run as descriptors allow beside other requests; raise the hard limit (ulimit -Hn)"
        }
    }
}
