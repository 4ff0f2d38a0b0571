package import Auth

/// Everything an operator decides, already valid: it is built only by `ConfigurationReader`, never changed, and shared
/// by all workers.
package struct Configuration: Sendable, Equatable {
    /// `LUNA_API_HTTP_SETTINGS`.
    package var http = HTTPSettings()
    /// `LIMITS`.
    package var limits = LimitSettings()
    /// Whether `LUNA_API_ACTIVE_PLUGINS` names `luna-streams`; if not, its routes are 404.
    package var isLunaStreamsActive = true
    /// Where the plugin's routes hang, no slash at the end.
    package var mount = "/6/plugins/luna-streams"
    package var upstream: UpstreamAddress
    package var timeouts = UpstreamTimeouts()
    /// `ALLOW_LUNA_ACCOUNT_AUTH_HEADER`: whether `Luna-Account-Id` alone is a credential.
    package var allowsAccountHeader = false
    /// `account-isolation`: whether each account sees and touches its own streams only.
    package var isAccountIsolationOn = true
    /// Luna-Accounts, where it decides who may pass; nil where the accounts file does.
    package var accountsService: AccountsServiceSettings?
    package var decisionCache = DecisionCacheSettings()
    /// Not read where `accountsService` is set. `CONFIG_AUTHORIZATION_USERS`, resolved against the settings file's folder. An absolute path.
    package var accountsFile: String
    /// `PASSWORD_MINIMUM_LENGTH`: how many characters a new password has at least.
    package var passwordMinimum = Self.defaultPasswordMinimum
    package static let defaultPasswordMinimum = 8
    /// What runs the Python plugins; nil where none is active.
    package var pluginHost: PluginHostSettings?
    /// `TOKEN_ISSUERS`, with their keys as they were when the settings were read.
    package var tokenIssuers: [TokenIssuer] = []
    /// `trace-context`: whether a request without a trace context gets one.
    package var makesTraceContext = false
    /// `live-review`: how often whoever watches a live preview is decided on again.
    package var liveReview: Duration = .seconds(10)
    /// `live-grace`: how long a live preview runs on while Luna-Accounts can't say whether it may.
    package var liveGrace: Duration = .seconds(60)
    /// `LUNA_API_LOGGER`.
    package var logger = LoggerSettings()
    /// `LUNA_SERVICE_METRICS`.
    package var metrics = MetricsSettings()
    /// `--host`, `--port`, `--workers`.
    package var listener = ListenerSettings()
    /// `TRUSTED_PROXIES`, `PROXY_PROTOCOL`.
    package var trustedProxies = TrustedProxies.none
    /// `TLS`, or `--tls_cert` and its like: how clients are met; nil for plain HTTP.
    package var tls: TLSSettings?

    package init(upstream: UpstreamAddress, accountsFile: String) {
        self.upstream = upstream
        self.accountsFile = accountsFile
    }
}

package struct HTTPSettings: Sendable, Equatable {
    /// `request_timeout`: the longest silence in a request's content; no head may take longer either.
    package var requestTimeout: Duration = .seconds(60)
    /// `keep_alive_timeout`: how long a connection may be idle between two requests.
    package var keepAliveTimeout: Duration = .seconds(15)
    /// `cors`; nil where it is off.
    package var cors: CORSSettings?
    /// `drain_delay`: how long clients are still taken after SIGTERM, while `/healthcheck` says 503.
    package var drainDelay: Duration = .zero
    /// `drain_timeout`: after that, how long calls and previews may go on.
    package var drainTimeout: Duration = .seconds(30)
    /// `request_max_size`: the longest request content, in bytes; above it 413.
    package var requestMaximumSize = 1 << 30

    package init() {}
}

/// The address of Luna-Streams, or of Luna-Accounts, normalised: `http://127.0.0.1:5160/1/` with version 1 is host, port and an empty base path.
package struct UpstreamAddress: Sendable, Equatable {
    package var isSecure: Bool
    /// A name or an address; an IPv6 address without its brackets. A name that ends in a dot is resolved as it is, without
    /// the system's search domains; nobody but the resolver is shown the dot.
    package var host: String
    package var port: Int
    /// What stands before `/1/streams`: empty, or a path that starts with a slash and does not end in one.
    package var basePath: String
    /// `api_version`, 1 or 2.
    package var apiVersion: Int
    /// `luna-streams-tls`, `LUNA_ACCOUNTS_TLS`.
    package var tls = ServiceTLS()

    package init(isSecure: Bool, host: String, port: Int, basePath: String, apiVersion: Int) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
        self.basePath = basePath
        self.apiVersion = apiVersion
    }

    /// `host` or `host:port`, as a Host field has it: brackets around IPv6, no default port, no dot at a name's end.
    package var authority: String { authority(host.hasSuffix(".") ? String(host.dropLast()) : host) }

    /// `http://host:port`, no slash at the end.
    package var origin: String { "\(isSecure ? "https" : "http")://\(authority(host))" }

    /// What stands before `/1/streams` in a URL.
    package var url: String { origin + basePath }

    private func authority(_ host: String) -> String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }
}

/// `luna-streams-timeouts`. What each covers: section 3 of the contract.
package struct UpstreamTimeouts: Sendable, Equatable {
    /// Until the connection stands, TCP and TLS.
    package var connect: Duration = .seconds(5)
    /// Until the whole answer has come; on the live route until its head has.
    package var request: Duration = .seconds(60)
    /// TCP alone; nil where only `connect` bounds it.
    package var sockConnect: Duration?
    /// The longest silence between two reads; nil where the file is silent: then `liveSockRead` still holds on the live route.
    package var sockRead: Duration?
    /// The longest silence of a live preview: `sock_read`, or 60 s where that is absent.
    package var liveSockRead: Duration { sockRead ?? .seconds(60) }

    package init() {}
}

package struct ListenerSettings: Sendable, Equatable {
    package var host = "127.0.0.1"
    /// 0 lets the system choose; the chosen one is printed.
    package var port = 5000
    /// 0 stands for one worker for each core that the process may keep busy.
    package var workers = 0
    /// `--beside`: whether others may listen on that address already.
    package var isBeside = false

    package init() {}
}
