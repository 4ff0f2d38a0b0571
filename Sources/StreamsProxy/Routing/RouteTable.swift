package import HTTPCore

/// What a path means: the route, and the stream it names.
package struct RouteMatch: Sendable, Equatable {
    package let route: Route
    /// Of the routes under `/streams/<stream-id>`.
    package let streamID: UniqueID?
    /// Of `/6/tokens/<token-id>`.
    package let tokenID: UniqueID?
    /// Of a plugin's routes: its place among the Python plugins.
    package let plugin: UInt8?

    package init(route: Route, streamID: UniqueID?, tokenID: UniqueID? = nil, plugin: UInt8? = nil) {
        self.route = route
        self.streamID = streamID
        self.tokenID = tokenID
        self.plugin = plugin
    }
}

/// Matches whole segments of the raw path. Nothing is decoded, so `%2f`, `..`, `//`, `;` and the like match nothing.
package struct RouteTable: Sendable {
    private let mount: [UInt8]
    private let isLunaStreamsActive: Bool
    private let keepsAccounts: Bool
    private let hasMetrics: Bool
    /// The names of the Python plugins.
    private let plugins: [[UInt8]]

    /// `mount` starts with a slash and does not end in one. `keepsAccounts`: there are `/6/tokens` and `/6/account`;
    /// `hasMetrics`: there is `/metrics`.
    package init(
        mount: String, isLunaStreamsActive: Bool, keepsAccounts: Bool = true, hasMetrics: Bool = false,
        plugins: [String] = []
    ) {
        self.plugins = plugins.map { Array($0.utf8) }
        self.keepsAccounts = keepsAccounts
        self.hasMetrics = hasMetrics
        self.mount = Array(mount.utf8)
        self.isLunaStreamsActive = isLunaStreamsActive
    }

    package func match(_ bytes: Span<UInt8>, _ path: Range<Int>) -> RouteMatch? {
        if path.count > mount.count, bytes[path.lowerBound + mount.count] == UInt8(ascii: "/"),
            bytes.isEqual(path.lowerBound..<path.lowerBound + mount.count, mount.span)
        {
            guard isLunaStreamsActive else { return nil }
            return matchMounted(bytes, path.lowerBound + mount.count..<path.upperBound)
        }
        for route in [Route.version, .health, .plugins] where bytes.isEqual(path, route.name) {
            return RouteMatch(route: route, streamID: nil)
        }
        if hasMetrics, bytes.isEqual(path, Route.metrics.name) { return RouteMatch(route: .metrics, streamID: nil) }
        if keepsAccounts, let match = matchAccounts(bytes, path) { return match }
        return plugins.isEmpty ? nil : matchPlugin(bytes, path)
    }

    /// The plugin's name is a whole segment; what follows is checked, and is for the plugin to understand.
    private func matchPlugin(_ bytes: Span<UInt8>, _ path: Range<Int>) -> RouteMatch? {
        let prefix: StaticString = "/6/plugins/"
        let start = path.lowerBound + prefix.utf8CodeUnitCount
        guard path.upperBound > start, bytes.isEqual(path.lowerBound..<start, prefix) else { return nil }
        var end = start
        while end < path.upperBound, bytes[end] != UInt8(ascii: "/") { end += 1 }
        for (index, name) in plugins.enumerated() where bytes.isEqual(start..<end, name.span) {
            guard PluginTarget.isPlain(bytes, end..<path.upperBound) else { return nil }
            return RouteMatch(route: .plugin, streamID: nil, plugin: UInt8(truncatingIfNeeded: index))
        }
        return nil
    }

    private func matchAccounts(_ bytes: Span<UInt8>, _ path: Range<Int>) -> RouteMatch? {
        for route in [Route.tokens, .account] where bytes.isEqual(path, route.name) {
            return RouteMatch(route: route, streamID: nil)
        }
        let prefix: StaticString = "/6/tokens/"
        let idStart = path.lowerBound + prefix.utf8CodeUnitCount
        guard path.upperBound - idStart == UniqueID.textLength, bytes.isEqual(path.lowerBound..<idStart, prefix),
            let id = UniqueID(bytes, at: idStart)
        else { return nil }
        return RouteMatch(route: .token, streamID: nil, tokenID: id)
    }

    private func matchMounted(_ bytes: Span<UInt8>, _ rest: Range<Int>) -> RouteMatch? {
        let prefix: StaticString = "/streams/"
        let idStart = rest.lowerBound + prefix.utf8CodeUnitCount
        if rest.upperBound - idStart >= UniqueID.textLength, bytes.isEqual(rest.lowerBound..<idStart, prefix),
            let id = UniqueID(bytes, at: idStart)
        {
            let tail = idStart + UniqueID.textLength..<rest.upperBound
            if tail.isEmpty { return RouteMatch(route: .stream, streamID: id) }
            if bytes.isEqual(tail, "/preview/handler/frame") { return RouteMatch(route: .frame, streamID: id) }
            if bytes.isEqual(tail, "/preview/handler/live") { return RouteMatch(route: .live, streamID: id) }
            return nil
        }
        let route: Route
        switch rest.count {
        case 8 where bytes.isEqual(rest, "/streams"): route = .streams
        case 8 where bytes.isEqual(rest, "/version"): route = .streamsVersion
        case 8 where bytes.isEqual(rest, "/plugins"): route = .streamsPlugins
        case 10 where bytes.isEqual(rest, "/docs/spec"): route = .documentation
        case 13 where bytes.isEqual(rest, "/streams/logs"): route = .logs
        case 14 where bytes.isEqual(rest, "/streams/count"): route = .count
        default: return nil
        }
        return RouteMatch(route: route, streamID: nil)
    }
}
