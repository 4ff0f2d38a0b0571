import HTTPCore
import JSON

/// The proxy's own resources but `/healthcheck`: `/version`, `/plugins`, `/metrics`.
struct OwnResources {
    /// The version of this program, as `version` and `GET /version` tell it.
    static let version = (major: 0, minor: 1, patch: 0)

    private let versionContent: [UInt8]
    /// The plugin that is built in, as an array's only element; without the array's end.
    private let builtin: [UInt8]

    init(isLunaStreamsActive: Bool) {
        var version = JSONWriter()
        version.object {
            $0.name("Version")
            $0.object {
                $0.member("api", 6)
                $0.member("major", Self.version.major)
                $0.member("minor", Self.version.minor)
                $0.member("patch", Self.version.patch)
            }
        }
        versionContent = version.bytes
        builtin = isLunaStreamsActive ? Array("{\"name\":\"luna-streams\",\"status\":\"running\"}".utf8) : []
    }

    /// All plugins: the one that is built in, then the Python plugins.
    private func plugins(_ view: PluginHostView) -> [UInt8] {
        var content = Array("{\"plugins\":[".utf8)
        content.append(contentsOf: builtin)
        content.append(contentsOf: builtin.isEmpty ? view.elements.dropFirst() : view.elements[...])
        content.append("]}")
        return content
    }

    func answer(_ route: Route, on exchange: ProxyExchange) {
        switch route {
        case .version: exchange.respond(json: versionContent.span)
        case .plugins: exchange.respond(json: plugins(exchange.worker.plugins).span)
        case .metrics: exchange.worker.askForMetrics(for: exchange)
        case .streamsVersion, .documentation, .streamsPlugins, .streams, .count, .logs, .stream, .live, .frame, .tokens,
            .token, .account, .plugin, .health:
            preconditionFailure("answered elsewhere")
        }
    }
}
