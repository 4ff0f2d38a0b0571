internal import Auth
internal import JSON

/// What reading the settings came to: a configuration that is valid whole, or everything that is wrong, in file order.
package enum ConfigurationResult: Sendable, Equatable {
    case valid(Configuration)
    case invalid([ConfigurationProblem])
}

/// The same, with what else reading showed.
struct ConfigurationReading {
    let result: ConfigurationResult
    /// What the settings say where they say it well, although they have problems: more that is wrong may be found by it.
    var partial: Configuration?
    /// Whether `partial` says truly who has the accounts.
    var areAccountsKnown = false
    /// The settings file and those that it names.
    var files: FilesRead
    /// What the operator should know.
    var warnings: [ConfigurationProblem] = []
}

/// Reads the settings file into a `Configuration`. It changes nothing and asks no network: `check` and `run` see the
/// same. Where a Python plugin is active, the interpreter is asked whether it will do.
package enum ConfigurationReader {
    package static func read(path: String, asking python: PythonQuestion = .none) -> ConfigurationResult {
        reading(path: path, asking: python).result
    }

    static func reading(path: String, asking python: PythonQuestion) -> ConfigurationReading {
        var files = FilesRead()
        do throws(SettingsFileError) {
            let read = try SettingsFile.read(path, &files)
            return reading(text: read.bytes, file: path, asking: python, files, exposure: read.exposure)
        } catch {
            let problem = ConfigurationProblem(
                file: path, position: nil, rule: error.sentence, isSystems: error.isSystems)
            return ConfigurationReading(result: .invalid([problem]), files: files)
        }
    }

    /// `file` names the text in problems, and its folder is where relative accounts and key files are looked for.
    package static func read(
        text: [UInt8], file: String, asking python: PythonQuestion = .none
    ) -> ConfigurationResult {
        reading(text: text, file: file, asking: python, FilesRead()).result
    }

    /// `exposure` says that everybody may read the text.
    private static func reading(
        text: [UInt8], file: String, asking python: PythonQuestion, _ files: FilesRead, exposure: String? = nil
    ) -> ConfigurationReading {
        do throws(ConfigurationProblem) {
            let root = try SettingsSyntax.read(text, file: file)
            var problems = SettingsProblems(file: file)
            problems.files = files
            let configuration = try configuration(root, file: file, asking: python, &problems)
            if let secret = problems.secretPath, let exposure {
                problems.warn(file, secret, "this is a secret, and \(exposure)")
            }
            let result: ConfigurationResult =
                if let configuration, problems.isEmpty { .valid(configuration) } else {
                    .invalid(problems.located(in: text))
                }
            return ConfigurationReading(
                result: result, partial: configuration,
                areAccountsKnown: !problems.concern(["CONFIG_AUTHORIZATION_USERS", "ADDITIONAL_SERVICES_USAGE"]),
                files: problems.files, warnings: problems.warnings)
        } catch {
            return ConfigurationReading(result: .invalid([error]), files: files)
        }
    }

    /// Where `problems` gained nothing, this is what the file says; where it did, the result counts for nothing.
    private static func configuration(
        _ root: JSONNode, file: String, asking python: PythonQuestion, _ problems: inout SettingsProblems
    ) throws(ConfigurationProblem) -> Configuration? {
        guard var settings = SettingsSection(root, path: "", &problems) else { return nil }
        let http = httpSettings(settings.section("LUNA_API_HTTP_SETTINGS", &problems), &problems)
        let limits = LimitsSection.read(in: &settings, &problems)
        let active = ActivePlugins(in: &settings, &problems)
        let host: PluginHostSection
        do throws(SettingsFileError) {
            host = try PluginHostSection(in: &settings, active, file: file, &problems)
        } catch {
            throw ConfigurationProblem(file: file, position: nil, rule: error.sentence)
        }
        let plugin = PluginSettings(
            in: &settings, file: file, isActive: active.isLunaStreamsActive,
            python: active.python.map(\.name) + host.names(&problems),
            &problems)
        let allowsAccountHeader = settings.value("ALLOW_LUNA_ACCOUNT_AUTH_HEADER", .flag, &problems)
        let accountsFile = settings.value("CONFIG_AUTHORIZATION_USERS", .accountsFile, &problems) ?? "accounts.json"
        let passwordMinimum = settings.value("PASSWORD_MINIMUM_LENGTH", .passwordLength, &problems)
        let accountsService = AccountsServiceSection.read(in: &settings, file: file, &problems)
        let issuers = TokenIssuerSettings(
            settings.node("TOKEN_ISSUERS"), path: settings.path(of: "TOKEN_ISSUERS"), file: file, &problems)
        let trustedProxies = TrustedProxiesSection.read(in: &settings, &problems)
        let tls = TLSSection.read(in: &settings, file: file, &problems)
        let logger = LoggerSection.read(in: &settings, file: file, &problems)
        let metrics = MetricsSection.read(in: &settings, &problems)
        settings.refuseUnknownNames(&problems, elsewhere: ofCommandLine)

        let accountsPath: String
        do throws(SettingsFileError) {
            accountsPath = try SettingsFile.resolve(accountsFile, besides: file)
        } catch {
            throw ConfigurationProblem(file: file, position: nil, rule: error.sentence)
        }
        var configuration = Configuration(upstream: plugin.upstream, accountsFile: accountsPath)
        configuration.http = http
        configuration.limits = limits
        configuration.isLunaStreamsActive = active.isLunaStreamsActive
        configuration.mount = plugin.mount ?? configuration.mount
        configuration.timeouts = plugin.timeouts
        configuration.liveGrace = plugin.liveGrace ?? configuration.liveGrace
        configuration.makesTraceContext = plugin.makesTraceContext ?? configuration.makesTraceContext
        configuration.liveReview = plugin.liveReview ?? configuration.liveReview
        configuration.isAccountIsolationOn = plugin.isAccountIsolationOn ?? configuration.isAccountIsolationOn
        configuration.decisionCache = plugin.decisionCache
        configuration.accountsService = accountsService
        configuration.passwordMinimum = passwordMinimum ?? configuration.passwordMinimum
        configuration.allowsAccountHeader = allowsAccountHeader ?? configuration.allowsAccountHeader
        configuration.tokenIssuers = issuers.issuers
        configuration.tls = tls
        configuration.trustedProxies = trustedProxies
        configuration.logger = logger
        configuration.metrics = metrics
        configuration.pluginHost = host.hostSettings(
            active, given: plugin.python, mount: active.isLunaStreamsActive ? configuration.mount : nil, asking: python,
            &problems)
        return configuration
    }

    /// Where a proxy listens is for whoever starts it.
    private static func ofCommandLine(_ name: String) -> String? {
        let option = name.lowercased()
        guard ["host", "port", "workers"].contains(option) else { return nil }
        return "is no setting; it stands on the command line: --\(option)"
    }

    private static func httpSettings(_ section: SettingsSection?, _ problems: inout SettingsProblems) -> HTTPSettings {
        var http = HTTPSettings()
        guard var section else { return http }
        http.requestTimeout = section.value("request_timeout", .seconds, &problems) ?? http.requestTimeout
        http.keepAliveTimeout = section.value("keep_alive_timeout", .seconds, &problems) ?? http.keepAliveTimeout
        http.requestMaximumSize = section.value("request_max_size", .byteCount, &problems) ?? http.requestMaximumSize
        http.drainDelay = section.value("drain_delay", .secondsOrNone, &problems) ?? http.drainDelay
        http.drainTimeout = section.value("drain_timeout", .secondsOrNone, &problems) ?? http.drainTimeout
        http.cors = CORSSection.read(in: &section, &problems)
        section.refuseUnknownNames(&problems)
        return http
    }
}
