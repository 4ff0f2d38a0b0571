import HTTPCore
import StreamsProxy
import Testing

struct RouteTableTests {
    static let mount = "/6/plugins/luna-streams"
    static let id = "6d071cca-fda5-4a03-84d5-5bea65904480"

    private static func match(
        _ path: String, mount: String = Self.mount, isActive: Bool = true, keepsAccounts: Bool = true,
        hasMetrics: Bool = false
    ) -> RouteMatch? {
        // Bytes around the path must not matter.
        let bytes = Array("GET \(path) HTTP/1.1".utf8)
        return RouteTable(
            mount: mount, isLunaStreamsActive: isActive, keepsAccounts: keepsAccounts, hasMetrics: hasMetrics
        ).match(bytes.span, 4..<4 + path.utf8.count)
    }

    // MARK: Paths

    struct Path: Sendable, CustomTestStringConvertible {
        let path: String
        let route: Route
        let hasID: Bool
        var testDescription: String { path }

        init(_ path: String, _ route: Route, hasID: Bool = false) {
            self.path = path
            self.route = route
            self.hasID = hasID
        }
    }

    private static let mounted: [Path] = [
        Path("/version", .streamsVersion), Path("/docs/spec", .documentation), Path("/plugins", .streamsPlugins),
        Path("/streams", .streams), Path("/streams/count", .count), Path("/streams/logs", .logs),
        Path("/streams/\(id)", .stream, hasID: true),
        Path("/streams/\(id.uppercased())", .stream, hasID: true),
        Path("/streams/\(id)/preview/handler/live", .live, hasID: true),
        Path("/streams/\(id)/preview/handler/frame", .frame, hasID: true),
    ]

    private static let own: [Path] = [
        Path("/version", .version), Path("/healthcheck", .health), Path("/plugins", .plugins),
    ]

    @Test(arguments: mounted, [mount, "/a", "/luna.streams_1/~x-y/z"])
    func `What the table lists is found under any mount`(_ row: Path, _ mount: String) {
        let expected = RouteMatch(route: row.route, streamID: row.hasID ? UniqueID(Self.id) : nil)
        #expect(Self.match(mount + row.path, mount: mount) == expected)
        #expect(Self.match(mount + row.path, mount: mount, isActive: false) == nil)
        #expect(Self.match(mount + row.path, mount: mount + "/more") == nil)
    }

    @Test(arguments: own)
    func `Our own resources are found beside the mount`(_ row: Path) {
        let expected = RouteMatch(route: row.route, streamID: nil)
        #expect(Self.match(row.path) == expected)
        #expect(Self.match(row.path, isActive: false) == expected)
    }

    private static let accounts: [Path] = [
        Path("/6/tokens", .tokens), Path("/6/account", .account), Path("/6/tokens/\(id)", .token, hasID: true),
        Path("/6/tokens/\(id.uppercased())", .token, hasID: true),
    ]

    @Test(arguments: accounts)
    func `Tokens and accounts are found only where we keep them`(_ row: Path) {
        let tokenID = row.hasID ? UniqueID(Self.id) : nil
        #expect(Self.match(row.path) == RouteMatch(route: row.route, streamID: nil, tokenID: tokenID))
        #expect(Self.match(row.path, isActive: false) != nil)
        #expect(Self.match(row.path, keepsAccounts: false) == nil)
        #expect(Self.match(Self.mount + row.path) == nil)
    }

    @Test func `Metrics are found only where they are wanted`() {
        #expect(Self.match("/metrics", hasMetrics: true) == RouteMatch(route: .metrics, streamID: nil))
        #expect(Self.match("/metrics") == nil)
        for path in ["/metrics/", "/Metrics", "/metric", "/metricss", "\(Self.mount)/metrics"] {
            #expect(Self.match(path, hasMetrics: true) == nil)
        }
    }

    @Test func `Every route is reached by some path`() {
        // Plugins' paths: `PluginTargetTests`.
        #expect(
            Set((Self.mounted + Self.own + Self.accounts).map(\.route) + [.plugin, .metrics]) == Set(Route.allCases))
    }

    // MARK: Attacks

    /// Paths behind the mount which no route has.
    private static let strangers: [String] = [
        "", "/", "//", "/.", "/..", "/stream", "/streamss", "/streams/", "/streams//", "/streams/counts",
        "/streams/count/", "/streams/coun", "/Streams", "/STREAMS/count", "/streams/Count", "/streams/logs/",
        "/streams/log", "/streams/count/logs", "/version/", "/versions", "/version/x", "/docs", "/docs/", "/docs/specs",
        "/docs/spec/", "/docs//spec", "/healthcheck", "/plugins/", "/queue", "/metrics",
        // Encoded or doubled separators, dots, parameters.
        "%2fstreams", "/streams%2fcount", "/streams%2Fcount", "/streams/%63ount", "/%73treams", "/streams/..",
        "/streams/../streams", "/streams/./count", "/streams/%2e%2e/version", "/streams/%2e", "//streams",
        "/streams//count", "/streams;a=b", "/streams/count;x", "/streams;/count", "/streams/count%00",
        "/streams/count%20", "/streams/count%3b", "/streams\\count", "/streams%5ccount", "/version/../streams",
        "/version/..;/streams", "/docs/spec/%2e%2e/%2e%2e/streams", "/streams/count/.", "/streams/count/..",
        "/streams,count", "/streams:", "/streams@h", "/streams/count=", "/1/streams", "/2/streams",
    ]

    /// What stands where the id of a stream should.
    private static let almostIDs: [String] = [
        "", String(id.dropLast()), id + "0", id.replacing("-", with: ""), "{\(id)}", "%7b\(id)",
        id.replacing("-", with: "_"),
        "g" + id.dropFirst(), "6d071cca-fda5-4a03-84d5-5bea6590448%30", "6d071ccaf-da5-4a03-84d5-5bea65904480",
        "%36" + id.dropFirst(), id + ";", id + ".", id + "%00", id + "\\", "-" + id.dropFirst(), id + ",\(id)", "*",
        "1",
        "..", "null", id.replacing("0", with: "O"),
    ]

    /// What stands behind a true id.
    private static let tails: [String] = [
        "/", "//", "/preview", "/preview/", "/preview/handler", "/preview/handler/", "/preview/handler/liv",
        "/preview/handler/lives", "/preview/handler/live/", "/preview/handler/frame/", "/preview/handler/Live",
        "/preview/handler//live", "//preview/handler/live", "/preview/handler/../live", "/preview%2fhandler/live",
        "/preview/handler/live;a", "/preview/handler/%6cive", "preview/handler/live", "/preview/live",
        "/preview/handler/live/..", "/logs", "/processing", "/..", "/../\(id)", "/.", "%2fpreview/handler/live",
    ]

    private static let attacks =
        strangers + almostIDs.flatMap { ["/streams/\($0)", "/streams/\($0)/preview/handler/live"] }
        + tails.map { "/streams/\(id)\($0)" }

    @Test(arguments: attacks)
    func `Nothing else is found`(_ path: String) {
        #expect(Self.match(Self.mount + path) == nil)
    }

    @Test(arguments: [
        "", "/", "*", "/6", "/6/plugins", "/6/plugins/", "/6/plugins/luna-stream/streams",
        "/6/plugins/luna-streamss/streams", "/6/plugins/luna-streams.evil/streams", "/6/plugins/luna-streams../streams",
        "/6/plugins/luna-streams;a/streams", "/6/plugins/luna-streams%2fstreams", "/6/plugins/Luna-Streams/streams",
        "/6/plugins//luna-streams/streams", "//6/plugins/luna-streams/streams", "/./6/plugins/luna-streams/streams",
        "/x/6/plugins/luna-streams/streams", "/6/plugins/luna%2dstreams/streams", "/7/plugins/luna-streams/streams",
        "/6/plugins/luna-streamsstreams", "/streams", "/1/streams", "/1/version", "/docs/spec", "/version/",
        "/version?", "/Version", "/healthcheck/", "/health", "//version", "/../version", "/%76ersion",
        "/version/6/plugins/luna-streams/streams", "/6/tokens/", "/6/token", "/6/tokens/\(id)/", "/6/tokens/\(id)0",
        "/6/tokens/\(id.dropLast())", "/6/tokens/\(id.replacing("-", with: ""))", "/6/tokens//\(id)", "/6//tokens",
        "/6/tokens%2f\(id)", "/6/tokens/..", "/6/tokens/\(id);", "/6/tokens;", "/6/Tokens", "/6/account/",
        "/6/accounts",
        "/7/tokens", "/tokens", "/account", "/6/tokens/%36\(id.dropFirst())", "/6/account/../tokens",
    ])
    func `Outside the mount there are our own resources only`(_ path: String) {
        #expect(Self.match(path) == nil)
    }

    @Test func `A byte other than the right one anywhere leads nowhere or elsewhere in the table`() {
        for row in Self.mounted {
            let path = Array((Self.mount + row.path).utf8)
            let table = RouteTable(mount: Self.mount, isLunaStreamsActive: true)
            for index in path.indices {
                for byte in UInt8.min...UInt8.max where byte != path[index] {
                    var mutated = path
                    mutated[index] = byte
                    guard let found = table.match(mutated.span, 0..<mutated.count) else { continue }
                    // Only another digit of the id makes another match.
                    #expect(found.route == row.route && row.hasID && ASCII.hexadecimalValue(byte) != nil)
                }
            }
        }
    }

    // MARK: Methods

    struct Methods: Sendable, CustomTestStringConvertible {
        let routes: [Route]
        let methods: MethodSet
        let allow: String
        var testDescription: String { allow }

        init(_ routes: [Route], _ methods: MethodSet, _ allow: String) {
            self.routes = routes
            self.methods = methods
            self.allow = allow
        }
    }

    private static let methods: [Methods] = [
        Methods(
            [
                .streamsVersion, .documentation, .streamsPlugins, .count, .frame, .version, .health, .plugins, .metrics,
                .account,
            ],
            [.get, .head], "GET, HEAD, OPTIONS"),
        Methods([.streams], [.get, .head, .post, .delete], "GET, HEAD, POST, DELETE, OPTIONS"),
        Methods([.logs], [.get, .head, .delete], "GET, HEAD, DELETE, OPTIONS"),
        Methods([.stream], [.get, .head, .put, .delete], "GET, HEAD, PUT, DELETE, OPTIONS"),
        Methods([.live], .get, "GET, OPTIONS"),
        Methods([.tokens], [.get, .head, .post], "GET, HEAD, POST, OPTIONS"),
        Methods([.token], [.get, .head, .put, .patch, .delete], "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
        Methods(
            [.plugin], [.get, .head, .post, .put, .patch, .delete], "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    ]

    @Test(arguments: methods)
    func `A route has its methods and says so`(_ row: Methods) {
        for route in row.routes {
            #expect(route.methods == row.methods)
            #expect(route.methods.allow.description == row.allow)
        }
    }

    @Test func `A set of one method is that method's`() {
        let sets: [MethodSet] = [.get, .head, .post, .put, .patch, .delete]
        #expect(sets == [HTTPCore.Method.get, .head, .post, .put, .patch, .delete].map(MethodSet.init))
    }

    @Test func `The table of methods is about every route`() {
        #expect(Set(Self.methods.flatMap(\.routes)) == Set(Route.allCases))
        for method in [Method.options, .connect, .trace, .other] {
            #expect(!Route.allCases.contains { $0.methods.contains(MethodSet(method)) })
        }
        #expect(Route.allCases.filter { $0.methods.contains(MethodSet(.patch)) } == [.token, .plugin])
    }

    @Test func `Streams are guarded, the rest asks for no verb of streams`() {
        #expect(Route.allCases.filter(\.isGuarded) == [.streams, .count, .logs, .stream, .live, .frame])
        #expect(Route.allCases.filter(\.isLive) == [.live])
    }
}
