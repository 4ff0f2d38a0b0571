internal import Auth
internal import HTTPCore

/// What a configuration comes to, in lines for the operator: where requests go, how long each may take, who is let in.
struct ConfigurationSummary {
    private let configuration: Configuration
    private let certificate: TLSCertificate?
    /// What the accounts file holds.
    private let accounts: String
    /// Where a proxy that runs listens; empty where none does.
    private let urls: [String]
    /// What the service manager calls the sockets that it has passed on.
    private let socketNames: [String]

    /// `certificate` is the one that clients are shown; nil where they are met in plain.
    init(
        _ configuration: Configuration, certificate: TLSCertificate? = nil, accounts: String = "",
        listening urls: [String] = [], passedOn socketNames: [String] = []
    ) {
        self.configuration = configuration
        self.certificate = certificate
        self.accounts = accounts
        self.urls = urls
        self.socketNames = socketNames
    }

    /// Whole lines.
    var text: String {
        let listening = [("Listens on", listener + tls + proxies)]
        let sections =
            listening + [("Routes", routes), ("Own routes", ownRoutes), ("Timeouts", timeouts), ("Limits", limits)]
        let plugins = configuration.pluginHost.map { [("Plugins", Self.plugins($0))] } ?? []
        let found = StartupWarnings.of(configuration, listening: urls)
        let warnings = found.isEmpty ? [] : [("Warnings", found)]
        return (sections + plugins + [("Watched by", observation), ("Credentials", credentials)] + warnings)
            .map { title, lines in "\(title)\n" + lines.map { "  \($0)\n" }.joined() }
            .joined(separator: "\n")
    }

    private static func plugins(_ host: PluginHostSettings) -> [String] {
        host.plugins.map { plugin in
            "\(plugin.name)  /6/plugins/\(plugin.name)/…, \(plugin.access.text), "
                + Displayed.text(host.path(of: plugin.name), limit: 512)
        } + [
            "run by \(Displayed.text(host.interpreter, limit: 512)), a request \(Displayed.seconds(host.requestTimeout)), "
                + "memory \(host.memoryLimit >> 20) MiB"
        ]
    }

    private var listener: [String] {
        let listener = configuration.listener
        let host = listener.host.utf8.contains(UInt8(ascii: ":")) ? "[\(listener.host)]" : listener.host
        let port = listener.port == 0 ? "any free port" : String(listener.port)
        let workers =
            switch listener.workers {
            case 0: "one worker per core"
            case 1: "1 worker"
            default: "\(listener.workers) workers"
            }
        let scheme = configuration.tls == nil ? "http" : "https"
        if urls.isEmpty { return ["\(scheme)://\(host):\(port), \(workers)"] }
        return zip(urls, socketNames).map { "\($0), passed on as \(Displayed.quoted($1)), \(workers)" }
            + urls.dropFirst(socketNames.count).map { "\($0), \(workers)" }
    }

    private var proxies: [String] {
        let proxies = configuration.trustedProxies
        if proxies.networks.isEmpty { return [] }
        let networks = Displayed.text(proxies.names.joined(separator: ", "), limit: 512)
        return [
            "behind \(networks): the client is whom "
                + (proxies.introduceClients
                    ? "their PROXY header, and then X-Forwarded-For, names" : "X-Forwarded-For names")
        ]
    }

    private var observation: [String] {
        let logger = configuration.logger
        let size = logger.maximumFileSize.map { ", renamed at \($0 >> 20) MiB" } ?? ""
        let places =
            (logger.toStandardOutput ? ["standard output"] : [])
            + (logger.file.map { ["\(Displayed.text($0, limit: 512))\(size)"] } ?? [])
        let log =
            places.isEmpty
            ? "off"
            : "\(logger.format.rawValue), \(logger.level.label) and above, to \(places.joined(separator: " and "))"
        return [
            "log      \(log)", "metrics  \(configuration.metrics.isOn ? "GET /metrics, open to everybody" : "off")",
        ] + (configuration.makesTraceContext ? ["traces   made for requests that come without one"] : [])
    }

    private var tls: [String] {
        guard let certificate else { return [] }
        let end = Timestamp(unixSeconds: certificate.ends).description
        let names = certificate.names.isEmpty ? "no name" : Displayed.text(certificate.names, limit: 512)
        return ["certificate of \(Displayed.text(certificate.subject, limit: 256)), for \(names), until \(end)"]
    }

    /// Section 2 of the contract: our route, and where it leads.
    static let routePaths = [
        "/version", "/docs/spec", "/plugins", "/streams", "/streams/count", "/streams/logs", "/streams/<stream-id>",
        "/streams/<stream-id>/preview/handler/live", "/streams/<stream-id>/preview/handler/frame",
    ]

    private var routes: [String] {
        guard configuration.isLunaStreamsActive else {
            return ["none: LUNA_API_ACTIVE_PLUGINS does not name luna-streams, so its routes answer 404"]
        }
        let upstream = configuration.upstream
        let base = upstream.url
        let width = (Self.routePaths.map(\.utf8.count).max() ?? 0) + configuration.mount.utf8.count
        return Self.routePaths.map { path in
            let version = path == "/version" ? "" : "/\(upstream.apiVersion)"
            let route = configuration.mount + path
            let space = String(repeating: " ", count: width - route.utf8.count)
            return "\(route)\(space)  \(base)\(version)\(path)"
        }
    }

    private var ownRoutes: [String] {
        let accounts = [Route.tokens, .token, .account].map { "\($0.name)" }
        return ["\(Route.version.name), \(Route.plugins.name), \(Route.health.name)  open to everybody"]
            + (configuration.metrics.isOn ? ["\(Route.metrics.name)  open to everybody"] : [])
            + (configuration.accountsService == nil
                ? ["\(accounts.joined(separator: ", "))  by login and password"] : [])
    }

    private var timeouts: [String] {
        let timeouts = configuration.timeouts
        return [
            "ordinary calls  \(timeouts.summary(isLive: false))",
            "live preview    \(timeouts.summary(isLive: true))",
            "client          \(clientTimes)",
            "end             \(drain)",
        ]
    }

    private var clientTimes: String {
        let http = configuration.http
        let limits = configuration.limits
        let first = Displayed.seconds(min(limits.firstByteTimeout, http.requestTimeout))
        let head = Displayed.seconds(min(limits.requestHeadTimeout, http.requestTimeout))
        return "first byte \(first), request's head \(head), silence in content "
            + "\(Displayed.seconds(http.requestTimeout)), idle \(Displayed.seconds(http.keepAliveTimeout))"
    }

    private var limits: [String] {
        let limits = configuration.limits
        let rate =
            limits.contentRate == 0
            ? "" : ", at least \(limits.contentRate) a second over \(Displayed.seconds(limits.contentRateWindow))"
        let isBounded = limits.connections < LimitSettings.unboundedConnections
        let onWorker = isBounded ? "\(limits.connections)" : "as many as there are descriptors for"
        let ofAddress = limits.connectionsPerAddress == 0 ? "any number" : "\(limits.connectionsPerAddress)"
        return [
            "request's head   \(limits.requestHead) bytes, its line \(limits.requestLine), \(limits.requestFields) fields",
            "request content  \(configuration.http.requestMaximumSize) bytes\(rate)",
            "connections      \(onWorker) on a worker, \(ofAddress) of a client address",
            "buffered         \(limits.bufferedBytes) bytes on a worker",
            "answer's head    \(limits.answerHead) bytes, \(limits.answerFields) fields",
        ]
    }

    private var drain: String {
        let http = configuration.http
        let delay =
            http.drainDelay == .zero
            ? "" : "not ready for \(Displayed.seconds(http.drainDelay)), then no new clients; "
        return "\(delay)calls and previews get \(Displayed.seconds(http.drainTimeout))"
    }

    private var cors: [String] {
        guard let cors = configuration.http.cors else { return [] }
        let origins =
            switch cors.origins {
            case .any: "every page"
            case .listed(let listed): listed.joined(separator: ", ")
            }
        let credentials = cors.allowsCredentials ? ", with what the browser has stored" : ""
        return ["CORS             \(Displayed.text(origins, limit: 512)) may read answers\(credentials)"]
    }

    private var credentials: [String] {
        let issuers = configuration.tokenIssuers.map { issuer in
            let keys = issuer.keys.count == 1 ? "1 key" : "\(issuer.keys.count) keys"
            let algorithm = issuer.keys.first?.key.algorithm.rawValue ?? ""
            return "Bearer           \(algorithm) tokens of \(Displayed.quoted(issuer.name)) too, by \(keys)"
        }
        return source + [
            "Luna-Account-Id  \(configuration.allowsAccountHeader ? "accepted alone: anyone who knows an id is let in" : "off")"
        ] + issuers + cors
    }

    private var source: [String] {
        guard let service = configuration.accountsService else {
            let file = Displayed.text(configuration.accountsFile, limit: 512)
            return ["Basic, Bearer    accounts file \(file): \(accounts)"]
        }
        let cache = configuration.decisionCache
        let stale =
            cache.staleReads == .zero
            ? "" : "; reads for \(Displayed.seconds(cache.staleReads)) more while it can't be reached"
        return [
            "Basic, Bearer    Luna-Accounts, \(service.verification.method.rawValue) \(service.url): connection "
                + "\(Displayed.seconds(service.connectTimeout)), whole answer \(Displayed.seconds(service.requestTimeout))",
            "remembered       accepted \(Displayed.seconds(cache.lifetime)), refused "
                + "\(Displayed.seconds(cache.refusalLifetime))\(stale)",
        ]
    }
}

extension UpstreamTimeouts {
    /// Those that hold for a live preview, or for an ordinary call.
    func summary(isLive: Bool) -> String {
        let tcp = sockConnect.map { "TCP connection \(Displayed.seconds($0)), " } ?? ""
        let answer = isLive ? "answer's head" : "whole answer"
        let silence = (isLive ? liveSockRead : sockRead).map { ", silence \(Displayed.seconds($0))" } ?? ""
        return "\(tcp)connection \(Displayed.seconds(connect)), \(answer) \(Displayed.seconds(request))\(silence)"
    }
}
