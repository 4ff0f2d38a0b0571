package import Auth
package import HTTPCore

/// The methods that a resource may offer, as a set.
package struct MethodSet: OptionSet, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    package init(_ method: Method) {
        rawValue = 1 << UInt16(method.rawValue)
    }

    // By number, as `init(_ method:)` has them: so they are constants, where a call would have each read check whether it
    // has been made yet.
    package static let get = MethodSet(rawValue: 1 << 0)
    package static let head = MethodSet(rawValue: 1 << 1)
    package static let post = MethodSet(rawValue: 1 << 2)
    package static let put = MethodSet(rawValue: 1 << 3)
    package static let patch = MethodSet(rawValue: 1 << 4)
    package static let delete = MethodSet(rawValue: 1 << 5)

    /// The value of an Allow field: every member and OPTIONS, which is answered everywhere.
    package var allow: StaticString {
        switch self {
        case [.get, .head]: "GET, HEAD, OPTIONS"
        case [.get, .head, .post, .delete]: "GET, HEAD, POST, DELETE, OPTIONS"
        case [.get, .head, .delete]: "GET, HEAD, DELETE, OPTIONS"
        case [.get, .head, .put, .delete]: "GET, HEAD, PUT, DELETE, OPTIONS"
        case [.get, .head, .post]: "GET, HEAD, POST, OPTIONS"
        case [.get, .head, .post, .put, .patch, .delete]: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
        case [.get, .head, .put, .patch, .delete]: "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"
        case .get: "GET, OPTIONS"
        default: "GET, HEAD, POST, PUT, DELETE, OPTIONS"
        }
    }
}

/// The closed table of what is served: Luna-Streams' resources under the mount, and our own. Anything else is 404.
package enum Route: UInt8, Sendable, CaseIterable {
    // Luna-Streams', open to everybody.
    case streamsVersion, documentation, streamsPlugins
    // Luna-Streams', under the permission key `streams`.
    case streams, count, logs, stream, live, frame
    // Ours.
    case version, health, plugins, metrics
    // Ours while we keep the accounts ourselves.
    case tokens, token, account
    // A Python plugin's: whatever it has registered.
    case plugin

    package var methods: MethodSet {
        switch self {
        case .streamsVersion, .documentation, .streamsPlugins, .count, .frame, .version, .health, .plugins,
            .metrics, .account:
            [.get, .head]
        case .streams: [.get, .head, .post, .delete]
        case .logs: [.get, .head, .delete]
        case .stream: [.get, .head, .put, .delete]
        case .live: .get
        case .tokens: [.get, .head, .post]
        case .token: [.get, .head, .put, .patch, .delete]
        case .plugin: [.get, .head, .post, .put, .patch, .delete]
        }
    }

    /// Whether credentials and the permission key `streams` are asked for.
    package var isGuarded: Bool {
        switch self {
        case .streams, .count, .logs, .stream, .live, .frame: true
        case .streamsVersion, .documentation, .streamsPlugins, .version, .health, .plugins, .metrics, .tokens,
            .token, .account, .plugin:
            false
        }
    }

    /// Whether it hangs under the mount.
    var isMounted: Bool {
        switch self {
        case .streamsVersion, .documentation, .streamsPlugins, .streams, .count, .logs, .stream, .live, .frame: true
        case .version, .health, .plugins, .metrics, .tokens, .token, .account, .plugin: false
        }
    }

    /// The endless one: `request` bounds its head alone, and it may become a tunnel.
    package var isLive: Bool { self == .live }

    /// The name in logs and metrics, as LUNA writes routes.
    package var name: StaticString {
        switch self {
        case .streamsVersion: "/version"
        case .documentation: "/docs/spec"
        case .streamsPlugins: "/plugins"
        case .streams: "/streams"
        case .count: "/streams/count"
        case .logs: "/streams/logs"
        case .stream: "/streams/{stream_id}"
        case .live: "/streams/{stream_id}/preview/handler/live"
        case .frame: "/streams/{stream_id}/preview/handler/frame"
        case .version: "/version"
        case .health: "/healthcheck"
        case .plugins: "/plugins"
        case .metrics: "/metrics"
        case .tokens: "/6/tokens"
        case .token: "/6/tokens/{token_id}"
        case .account: "/6/account"
        case .plugin: "/6/plugins/{plugin_name}"
        }
    }
}

extension Verb {
    /// The verb that a token must hold for a request with this method; nil for methods that no guarded route offers.
    package init?(_ method: Method) {
        switch method {
        case .post: self = .creation
        case .get, .head: self = .view
        case .put, .patch: self = .modification
        case .delete: self = .deletion
        case .options, .connect, .trace, .other: return nil
        }
    }
}
