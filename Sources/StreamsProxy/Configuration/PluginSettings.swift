internal import JSON

/// What stands under `LUNA_API_PLUGINS_SETTINGS.luna-streams`.
struct PluginSettings {
    static let name = "luna-streams"

    /// Where the plugin is not active and no address is set, the one of LUNA's documentation: nothing goes there.
    private(set) var upstream = UpstreamAddress(
        isSecure: false, host: "127.0.0.1", port: 5160, basePath: "", apiVersion: 1)
    private(set) var timeouts = UpstreamTimeouts()
    private(set) var mount: String?
    private(set) var isAccountIsolationOn: Bool?
    private(set) var liveReview: Duration?

    init(in settings: inout SettingsSection, isActive: Bool, _ problems: inout SettingsProblems) {
        let need = isActive ? "the address of Luna-Streams stands in it" : nil
        guard var plugins = settings.section("LUNA_API_PLUGINS_SETTINGS", neededFor: need, &problems) else { return }
        if var plugin = plugins.section(Self.name, neededFor: need, &problems) {
            if let address = plugin.section("luna-streams-address", neededFor: need, &problems) {
                readAddress(address, &problems)
            }
            if let timeouts = plugin.section("luna-streams-timeouts", &problems) { readTimeouts(timeouts, &problems) }
            mount = plugin.value("mount", .mount, &problems)
            isAccountIsolationOn = plugin.value("account-isolation", .flag, &problems)
            liveReview = plugin.value("live-review", .seconds, &problems)
            plugin.refuseUnknownNames(&problems)
        }
        plugins.refuseUnknownNames(&problems)
    }

    private mutating func readAddress(_ section: SettingsSection, _ problems: inout SettingsProblems) {
        var section = section
        defer { section.refuseUnknownNames(&problems) }
        let origin = section.node("origin")
        let hasVersion = section.contains("api_version")
        let version = section.value("api_version", .apiVersion, &problems)
        guard let origin else {
            section.addMissing("origin", "the URL of Luna-Streams, such as \"http://127.0.0.1:5160/1\"", &problems)
            return
        }
        let path = section.path(of: "origin")
        guard let text = origin.string else {
            problems.add(
                at: origin.offset, path: path, found: Displayed.value(origin),
                rule: "must be the URL of Luna-Streams, as a string")
            return
        }
        do throws(OriginError) {
            upstream = try OriginParser.parse(text, apiVersion: hasVersion ? version : 1)
        } catch {
            problems.add(
                at: origin.offset, path: path, found: Displayed.quoted(OriginParser.redacted(text)), rule: error.rule)
        }
    }

    private mutating func readTimeouts(_ section: SettingsSection, _ problems: inout SettingsProblems) {
        var section = section
        timeouts.connect = section.value("connect", .seconds, &problems) ?? timeouts.connect
        timeouts.request = section.value("request", .seconds, &problems) ?? timeouts.request
        timeouts.sockConnect = section.value("sock_connect", .seconds, &problems)
        timeouts.sockRead = section.value("sock_read", .seconds, &problems)
        section.refuseUnknownNames(&problems)
    }
}
