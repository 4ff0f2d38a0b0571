import Auth
import Dispatch
import HTTPCore
import Synchronization

/// Puts new settings in the place of those that a running proxy has: on SIGHUP, and with `--config-reload` when the file
/// has changed. Everything is called on the main queue.
final class SettingsReload: Sendable {
    private struct State {
        var current: LoadedSettings
        /// Of the accounts file, where there is one.
        var watch: AccountsFileWatch?
        /// The settings file as it was looked at last.
        var stamp: FileStamp?
    }

    private let options: RunOptions
    private let server: ProxyServer
    private let reports: ServiceReports
    private let state: Mutex<State>

    /// `stamp`: the settings file, before `settings` were read from it.
    init(
        _ options: RunOptions, _ settings: LoadedSettings, since stamp: FileStamp?, _ server: ProxyServer,
        _ reports: ServiceReports
    ) {
        self.options = options
        self.server = server
        self.reports = reports
        state = Mutex(State(current: settings, watch: Self.watch(settings, server), stamp: stamp))
    }

    /// Reads settings and accounts. Where anything is wrong with them all of it is told, and those that were read before
    /// stay in force.
    func reload() {
        // Who is on the way out needs no new rules.
        guard !server.isDraining else { return }
        reports.reloading()
        let file = Displayed.text(options.configurationPath, limit: 512)
        let stamp = FileStamp(path: options.configurationPath)
        let old = state.withLock { state in
            state.stamp = stamp
            return state.current
        }
        switch LoadedSettings.read(options, replacing: old) {
        case .unusable(let problems):
            for problem in problems { StandardError.write("\(problem)\n") }
            let outcome = "\(file): not reloaded; the settings that were read before stay in force"
            StandardError.write("\(outcome)\n")
            reports.ready(outcome)
        case .usable(let settings):
            for warning in settings.warnings { StandardError.write("\(warning)\n") }
            // The old watch has said its last before the new accounts go out, or it could put older ones after them.
            state.withLock { $0.watch.take() }?.cancel()
            server.take(settings.configuration, settings.accounts, settings.identity) { [reports] in
                let outcome = "\(file): reloaded"
                StandardError.write("\(outcome)\n")
                reports.ready(outcome)
            }
            let watch = Self.watch(settings, server)
            state.withLock { state in
                state.current = settings
                state.watch = watch
            }
        }
    }

    /// Reloads if the settings file is another than when it was looked at last. What is wrong with it is told once.
    func reloadIfChanged() {
        let seen = FileStamp(path: options.configurationPath)
        guard state.withLock({ $0.stamp != seen }) else { return }
        reload()
    }

    private static func watch(_ settings: LoadedSettings, _ server: ProxyServer) -> AccountsFileWatch? {
        settings.followed.map { followed in
            AccountsFileWatch(followed.file, since: followed.stamp) { follow($0, by: server) }
        }
    }

    private static func follow(_ change: AccountsFileWatch.Change, by server: ProxyServer) {
        switch change {
        case .directory(let directory, let warnings):
            for warning in warnings { StandardError.write("\(warning)\n") }
            server.follow(directory)
        case .problems(let problems):
            for problem in problems { StandardError.write("\(problem)\n") }
            StandardError.write("the accounts that were read before stay in force\n")
        }
    }
}
