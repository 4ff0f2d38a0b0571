import HTTPCore

/// Why a path matches no route, and which one was probably meant: each guess is tried on the routes themselves. Nothing of
/// the path is repeated but a UUID: people paste what is secret into the wrong place.
struct NearestRoute {
    private let routes: RouteTable
    private let mount: String
    private let plugins: [String]
    private let isLunaStreamsActive: Bool

    init(_ configuration: Configuration, _ routes: RouteTable) {
        self.routes = routes
        mount = configuration.mount
        isLunaStreamsActive = configuration.isLunaStreamsActive
        plugins = configuration.pluginHost?.plugins.map(\.name) ?? []
    }

    /// One sentence; `path` is as the client sent it.
    func words(for path: String) -> String? {
        if !isLunaStreamsActive, path == mount || path.hasPrefix("\(mount)/") {
            return "LUNA_API_ACTIVE_PLUGINS does not name luna-streams"
        }
        var segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        if segments.last == "", matches(path, droppingLast: 1) { return "it ends in a slash, which is another path" }
        if segments.contains("") {
            segments.removeAll { $0.isEmpty }
            return matches(segments)
                ? "an empty segment, as in //, is one; without it there is a route" : nearest(segments)
        }
        if path.contains("%") || path.contains(";") {
            return "paths are compared as they are sent: nothing is decoded, and nothing behind ';' left out"
        }
        if matches("\(mount)\(path)") { return "the routes of Luna-Streams hang under \(mount)" }
        return nearest(segments, within: 2) ?? wrongID(segments) ?? nearest(segments)
    }

    /// A segment in the place of an id that is none.
    private func wrongID(_ segments: [String]) -> String? {
        for index in segments.indices where UniqueID(segments[index]) == nil {
            var corrected = segments
            corrected[index] = Self.anyID
            guard matches(corrected) else { continue }
            let length = segments[index].unicodeScalars.count
            let found =
                length == UniqueID.textLength ? "is no UUID" : "has \(length) character\(length == 1 ? "" : "s")"
            return "the id in it \(found); an id is a UUID of 36, such as \(Self.anyID)"
        }
        return nil
    }

    /// The route that the fewest changes of a character lead to; a third of its characters may be others, or so many.
    private func nearest(_ segments: [String], within most: Int? = nil) -> String? {
        let id = segments.first { UniqueID($0) != nil } ?? "<id>"
        let known = patterns.map { $0.replacing("<id>", with: id) }
        let written = Array("/\(segments.joined(separator: "/"))".lowercased().utf8.prefix(200))
        let distances = known.map { (path: $0, distance: NearestName.distance(written, Array($0.lowercased().utf8))) }
        guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        guard best.distance <= most ?? max(3, best.path.utf8.count / 3) else { return nil }
        return "the nearest route is \(best.path)"
    }

    private var patterns: [String] {
        let streams = isLunaStreamsActive ? ConfigurationSummary.routePaths.map { "\(mount)\($0)" } : []
        return streams.map { $0.replacing("<stream-id>", with: "<id>") }
            + ["/version", "/healthcheck", "/plugins", "/metrics", "/6/tokens", "/6/tokens/<id>", "/6/account"]
            + plugins.map { "/6/plugins/\($0)/" }
    }

    private func matches(_ segments: [String]) -> Bool { matches(path(segments)) }

    private func matches(_ path: String, droppingLast count: Int = 0) -> Bool {
        let bytes = Array(path.utf8.dropLast(count))
        return routes.match(bytes.span, 0..<bytes.count) != nil
    }

    private func path(_ segments: [String]) -> String { "/\(segments.joined(separator: "/"))" }

    private static let anyID = "28add87f-6f88-43e9-bd15-31f8c25a3585"
}
