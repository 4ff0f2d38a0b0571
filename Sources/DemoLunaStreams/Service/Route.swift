package import HTTPCore

/// The resources of the service, where each stands, and its methods.
package enum Route: CaseIterable, Sendable {
    case version
    case specification
    case plugins
    case streams
    case count
    case logs
    case stream
    case live
    case frame

    /// The API versions served, each under its own first segment.
    package static let versions = 1...2

    /// Path segments after the API version; `nil` is the place of a stream's id.
    private var pattern: [String?] {
        switch self {
        case .version: ["version"]
        case .specification: ["docs", "spec"]
        case .plugins: ["plugins"]
        case .streams: ["streams"]
        case .count: ["streams", "count"]
        case .logs: ["streams", "logs"]
        case .stream: ["streams", nil]
        case .live: ["streams", nil, "preview", "handler", "live"]
        case .frame: ["streams", nil, "preview", "handler", "frame"]
        }
    }

    /// Whether the path starts with the API version: all do but `/version`, which tells it.
    package var isVersioned: Bool { self != .version }

    /// The path as OpenAPI writes it: `/1/streams/{stream_id}`.
    package func template(version: Int) -> String {
        let segments = (isVersioned ? ["\(version)"] : []) + pattern.map { $0 ?? "{stream_id}" }
        return "/" + segments.joined(separator: "/")
    }

    package var methods: [String] {
        switch self {
        case .version, .specification, .plugins, .count, .frame: ["GET", "HEAD"]
        case .streams: ["GET", "HEAD", "POST", "DELETE"]
        case .logs: ["GET", "HEAD", "DELETE"]
        case .stream: ["GET", "HEAD", "PUT", "DELETE"]
        case .live: ["GET"]
        }
    }

    /// A request's path, understood.
    package struct Match: Sendable, Equatable {
        package let route: Route
        /// The API version in the path; 1 where the path has none.
        package let version: Int
        /// The id in the path; nil for routes without one.
        package let streamID: UniqueID?
    }

    /// Where those path segments lead, or nil. A stream's id must be a UUID, so `count` and `logs` are never one.
    package static func match(_ segments: [String]) -> Match? {
        for route in allCases {
            var rest = segments[...]
            var version = versions.lowerBound
            if route.isVersioned {
                guard let found = versions.first(where: { "\($0)" == rest.first }) else { continue }
                version = found
                rest = rest.dropFirst()
            }
            guard rest.count == route.pattern.count else { continue }
            var id: UniqueID?
            let matches = zip(rest, route.pattern).allSatisfy { segment, wanted in
                if let wanted { return segment == wanted }
                id = UniqueID(segment)
                return id != nil
            }
            if matches { return Match(route: route, version: version, streamID: id) }
        }
        return nil
    }
}
