internal import JSON

/// What reading the settings came to: a configuration that is valid whole, or everything that is wrong, in file order.
package enum ConfigurationResult: Sendable, Equatable {
    case valid(Configuration)
    case invalid([ConfigurationProblem])
}

/// Reads the settings file into a `Configuration`. It changes nothing, starts nothing and asks no network: `check` and
/// `run` see the same.
package enum ConfigurationReader {
    package static func read(path: String) -> ConfigurationResult {
        do throws(SettingsFileError) {
            return read(text: try SettingsFile.read(path), file: path)
        } catch {
            return .invalid([ConfigurationProblem(file: path, position: nil, rule: error.sentence)])
        }
    }

    /// `file` names the text in problems, and its folder is where relative accounts and key files are looked for.
    package static func read(text: [UInt8], file: String) -> ConfigurationResult {
        do throws(ConfigurationProblem) {
            let root = try SettingsSyntax.read(text, file: file)
            var problems = SettingsProblems(file: file)
            let configuration = try configuration(root, file: file, &problems)
            guard let configuration, problems.isEmpty else { return .invalid(problems.located(in: text)) }
            return .valid(configuration)
        } catch {
            return .invalid([error])
        }
    }

    /// Where `problems` gained nothing, this is what the file says; where it did, the result counts for nothing.
    private static func configuration(
        _ root: JSONNode, file: String, _ problems: inout SettingsProblems
    ) throws(ConfigurationProblem) -> Configuration? {
        guard var settings = SettingsSection(root, path: "", &problems) else { return nil }
        let http = httpSettings(settings.section("LUNA_API_HTTP_SETTINGS", &problems), &problems)
        let limits = LimitsSection.read(in: &settings, &problems)
        let isActive = isLunaStreamsActive(&settings, &problems)
        let plugin = PluginSettings(in: &settings, file: file, isActive: isActive, &problems)
        let allowsAccountHeader = settings.value("ALLOW_LUNA_ACCOUNT_AUTH_HEADER", .flag, &problems)
        let accountsFile = settings.value("CONFIG_AUTHORIZATION_USERS", .accountsFile, &problems) ?? "accounts.json"
        let accountsService = AccountsServiceSection.read(in: &settings, file: file, &problems)
        let issuers = TokenIssuerSettings(
            settings.node("TOKEN_ISSUERS"), path: settings.path(of: "TOKEN_ISSUERS"), file: file, &problems)
        let tls = TLSSection.read(in: &settings, file: file, &problems)
        settings.refuseUnknownNames(&problems)

        let accountsPath: String
        do throws(SettingsFileError) {
            accountsPath = try SettingsFile.resolve(accountsFile, besides: file)
        } catch {
            throw ConfigurationProblem(file: file, position: nil, rule: error.sentence)
        }
        var configuration = Configuration(upstream: plugin.upstream, accountsFile: accountsPath)
        configuration.http = http
        configuration.limits = limits
        configuration.isLunaStreamsActive = isActive
        configuration.mount = plugin.mount ?? configuration.mount
        configuration.timeouts = plugin.timeouts
        configuration.liveGrace = plugin.liveGrace ?? configuration.liveGrace
        configuration.liveReview = plugin.liveReview ?? configuration.liveReview
        configuration.isAccountIsolationOn = plugin.isAccountIsolationOn ?? configuration.isAccountIsolationOn
        configuration.decisionCache = plugin.decisionCache
        configuration.accountsService = accountsService
        configuration.allowsAccountHeader = allowsAccountHeader ?? configuration.allowsAccountHeader
        configuration.tokenIssuers = issuers.issuers
        configuration.tls = tls
        return configuration
    }

    private static func httpSettings(_ section: SettingsSection?, _ problems: inout SettingsProblems) -> HTTPSettings {
        var http = HTTPSettings()
        guard var section else { return http }
        http.requestTimeout = section.value("request_timeout", .seconds, &problems) ?? http.requestTimeout
        http.keepAliveTimeout = section.value("keep_alive_timeout", .seconds, &problems) ?? http.keepAliveTimeout
        http.requestMaximumSize = section.value("request_max_size", .byteCount, &problems) ?? http.requestMaximumSize
        section.refuseUnknownNames(&problems)
        return http
    }

    /// Without the setting the plugin is active: it is all that this service is there for.
    private static func isLunaStreamsActive(
        _ settings: inout SettingsSection, _ problems: inout SettingsProblems
    ) -> Bool {
        let name = "LUNA_API_ACTIVE_PLUGINS"
        guard let node = settings.node(name) else { return true }
        let path = settings.path(of: name)
        guard let plugins = node.array else {
            problems.add(
                at: node.offset, path: path, found: Displayed.value(node), rule: "must be an array of plugin names")
            return true
        }
        for (index, plugin) in plugins.enumerated() where plugin.string != PluginSettings.name {
            problems.add(
                at: plugin.offset, path: "\(path)[\(index)]", found: Displayed.value(plugin),
                rule: "must be \"\(PluginSettings.name)\", the one plugin there is")
        }
        return !plugins.isEmpty
    }
}
