internal import JSON

/// What stands under `LUNA_API_PLUGINS_SETTINGS`: the builtin plugin's settings, read, and the others' as they are.
struct PluginSettings {
    static let name = "luna-streams"

    /// Where the plugin is not active and no address is set, the one of LUNA's documentation: nothing goes there.
    private(set) var upstream = UpstreamAddress(
        isSecure: false, host: "127.0.0.1", port: 5160, basePath: "", apiVersion: 1)
    private(set) var timeouts = UpstreamTimeouts()
    private(set) var mount: String?
    private(set) var isAccountIsolationOn: Bool?
    private(set) var decisionCache = DecisionCacheSettings()
    private(set) var liveReview: Duration?
    private(set) var liveGrace: Duration?
    private(set) var makesTraceContext: Bool?
    /// What stands there for Python plugins: theirs alone to understand.
    private(set) var python: [String: JSONNode] = [:]

    /// `python`: the Python plugins there are, active or not.
    init(
        in settings: inout SettingsSection, file: String, isActive: Bool, python names: [String],
        _ problems: inout SettingsProblems
    ) {
        let need = isActive ? "the address of Luna-Streams stands in it" : nil
        guard var plugins = settings.section("LUNA_API_PLUGINS_SETTINGS", neededFor: need, &problems) else { return }
        if var plugin = plugins.section(Self.name, neededFor: need, &problems) {
            if let address = plugin.section("luna-streams-address", neededFor: need, &problems) {
                var reader = AddressSection(address, service: "Luna-Streams", example: "http://127.0.0.1:5160/1")
                upstream = reader.read(&problems) ?? upstream
            }
            upstream.tls = ServiceTLS(plugin.section("luna-streams-tls", &problems), file: file, &problems)
            if let timeouts = plugin.section("luna-streams-timeouts", &problems) { readTimeouts(timeouts, &problems) }
            mount = plugin.value("mount", .mount, &problems)
            isAccountIsolationOn = plugin.value("account-isolation", .flag, &problems)
            if let cache = plugin.section("decision-cache", &problems) { readDecisionCache(cache, &problems) }
            liveReview = plugin.value("live-review", .seconds, &problems)
            makesTraceContext = plugin.value("trace-context", .flag, &problems)
            liveGrace = plugin.value("live-grace", .secondsOrNone, &problems)
            plugin.refuseUnknownNames(&problems)
        }
        for name in names where name != Self.name {
            python[name] = plugins.node(name)
            if let node = python[name], LikelySecret.stands(in: node) { problems.noteSecret(plugins.path(of: name)) }
        }
        plugins.refuseUnknownNames(&problems)
    }

    private mutating func readTimeouts(_ section: SettingsSection, _ problems: inout SettingsProblems) {
        var section = section
        timeouts.connect = section.value("connect", .seconds, &problems) ?? timeouts.connect
        timeouts.request = section.value("request", .seconds, &problems) ?? timeouts.request
        timeouts.sockConnect = section.value("sock_connect", .seconds, &problems)
        timeouts.sockRead = section.value("sock_read", .seconds, &problems)
        section.refuseUnknownNames(&problems)
    }

    private mutating func readDecisionCache(_ section: SettingsSection, _ problems: inout SettingsProblems) {
        var section = section
        var cache = decisionCache
        cache.lifetime = section.value("ttl", .seconds, &problems) ?? cache.lifetime
        cache.refusalLifetime = section.value("negative_ttl", .seconds, &problems) ?? cache.refusalLifetime
        cache.capacity = section.value("capacity", .cacheCapacity, &problems) ?? cache.capacity
        cache.staleReads = section.value("stale_reads", .secondsOrNone, &problems) ?? cache.staleReads
        decisionCache = cache
        section.refuseUnknownNames(&problems)
    }
}
