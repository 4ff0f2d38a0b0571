package import HTTPCore

/// How an exchange ended, seen from the client.
package enum ExchangeEnd: UInt8, Sendable, CaseIterable {
    /// The whole answer was given.
    case completed
    /// The client closed or reset the connection before it had all.
    case clientGone
    /// The client sent nothing, or took nothing, for too long.
    case clientTimedOut
    /// Half an answer had gone out when Luna-Streams failed.
    case cut
    /// Whoever watched may no longer.
    case revoked
    /// The proxy ended first.
    case drained

    package var word: StaticString {
        switch self {
        case .completed: "completed"
        case .clientGone: "client_gone"
        case .clientTimedOut: "client_timed_out"
        case .cut: "cut"
        case .revoked: "revoked"
        case .drained: "drained"
        }
    }
}

/// Where the decision on who is calling came from.
package enum DecisionSource: UInt8, Sendable, CaseIterable {
    /// Nobody was asked: an open route, or a request that was refused before.
    case none
    /// Remembered by this worker.
    case cache
    /// Found out at once: a token's signature, `Luna-Account-Id`, credentials that can't be read.
    case local
    /// Waited for: a password hashed, Luna-Accounts asked.
    case asked

    package var word: StaticString {
        switch self {
        case .none: "none"
        case .cache: "cache"
        case .local: "local"
        case .asked: "asked"
        }
    }
}

/// Which connection to Luna-Streams the request went over.
package enum UpstreamUse: UInt8, Sendable, CaseIterable {
    case none, reused, new

    package var word: StaticString {
        switch self {
        case .none: "none"
        case .reused: "reused"
        case .new: "new"
        }
    }
}

/// One request and what became of it, in plain values: what the access log tells and the counters count. A client's
/// connection holds one and begins it anew for each request; filling it in costs a few stores.
package struct ExchangeRecord: Sendable {
    /// Whether there is an exchange that has not been told of yet.
    package var isOpen = false
    /// Whether the line that tells of a preview's begin has been written.
    package var isViewing = false
    /// Whether the whole answer was given, and waits for the client at most.
    package var isAnswered = false
    package var method = Method.other
    /// Nil where the path names nothing.
    package var route: Route?
    /// The place of the plugin in the settings, of `Route.plugin`.
    package var plugin: UInt8 = 0
    package var requestID = RequestID(seconds: 0, id: UniqueID(high: 0, low: 0))
    /// The trace that the request belongs to.
    package var traceID: UniqueID?
    /// When the request's head had come.
    package var began = Instant(nanoseconds: 0)
    package var accountID: UniqueID?
    package var tokenID: UniqueID?
    /// Stands for the credential, as long as this process runs: the first word of its keyed digest; 0 where there is none.
    package var credential: UInt32 = 0
    package var decision = DecisionSource.none
    package var upstream = UpstreamUse.none
    package var isRetried = false
    package var errorCode = 0
    package var reason = RefusalReason.none
    /// The message that is to blame for `reason`, where one is.
    package var fault: MessageFault?
    package var end = ExchangeEnd.completed
    /// Since when it is held; and how long it was in all, in nanoseconds.
    package var heldSince = Instant.never
    package var held: Int64 = 0
    /// Since when a connection is being made; and how long that took in all, in nanoseconds.
    package var connectBegan = Instant.never
    package var connecting: Int64 = 0

    package init() {}

    /// The word for why there is no answer of Luna-Streams, or not a whole one: the rule of HTTP that a message breaks.
    package var reasonWord: StaticString { fault?.error.code ?? reason.word }

    package init(_ requestID: RequestID, _ method: Method, at now: Instant) {
        isOpen = true
        self.requestID = requestID
        self.method = method
        began = now
    }

    /// The path leads there, or nowhere.
    mutating func lead(to match: RouteMatch?) {
        route = match?.route
        plugin = match?.plugin ?? 0
    }

    package mutating func hold(at now: Instant) {
        heldSince = now
    }

    package mutating func resume(at now: Instant) {
        guard heldSince != .never else { return }
        held += now.nanoseconds - heldSince.nanoseconds
        heldSince = .never
    }

    /// A connection was asked for: the second time, that is a retry.
    package mutating func connect(at now: Instant, reused: Bool) {
        switch upstream {
        case .none: break
        case .reused, .new: isRetried = true
        }
        upstream = reused ? .reused : .new
        if !reused { connectBegan = now }
    }

    package mutating func connected(at now: Instant) {
        guard connectBegan != .never else { return }
        connecting += now.nanoseconds - connectBegan.nanoseconds
        connectBegan = .never
    }
}
