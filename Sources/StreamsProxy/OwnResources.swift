import HTTPCore
import JSON

/// The proxy's own resources: `/version`, `/healthcheck`, `/plugins`.
struct OwnResources {
    /// The version of this program, as `version` and `GET /version` tell it.
    static let version = (major: 0, minor: 1, patch: 0)

    private let versionContent: [UInt8]
    private let pluginsContent: [UInt8]
    private let healthContent = Array("{\"execution_time\":0.0}".utf8)

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
        var plugins = JSONWriter()
        plugins.object {
            $0.name("plugins")
            $0.array {
                guard isLunaStreamsActive else { return }
                $0.object {
                    $0.member("name", "luna-streams")
                    $0.member("status", "running")
                }
            }
        }
        pluginsContent = plugins.bytes
    }

    func answer(_ route: Route, on connection: ProxyConnection) {
        switch route {
        case .version: connection.respond(json: versionContent.span)
        case .health: connection.respond(json: healthContent.span)
        case .plugins: connection.respond(json: pluginsContent.span)
        case .streamsVersion, .documentation, .streamsPlugins, .streams, .count, .logs, .stream, .live, .frame, .tokens,
            .token, .account:
            preconditionFailure("answered elsewhere")
        }
    }
}
