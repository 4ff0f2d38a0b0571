import Auth
import Dispatch
import HTTPCore
import Synchronization

/// Puts new settings in the place of those that a running proxy has: on SIGHUP, and with `--config-reload` when the file
/// has changed, or a certificate or key that it names. Everything is called on the main queue.
final class SettingsReload: Sendable {
    private struct State {
        var current: LoadedSettings
        /// Of the accounts file, where there is one.
        var watch: AccountsFileWatch?
        /// The settings file, and those that the settings in force name, as they were looked at last.
        var seen: [String: FileStamp?]
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
        var seen = Self.look(at: settings.configuration.files)
        seen[options.configurationPath] = .some(stamp)
        state = Mutex(State(current: settings, watch: Self.watch(settings, server), seen: seen))
    }

    private static func look(at paths: some Sequence<String>) -> [String: FileStamp?] {
        Dictionary(paths.map { ($0, FileStamp(path: $0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Reads settings and accounts. Where anything is wrong with them all of it is told, and those that were read before
    /// stay in force.
    func reload() {
        // Who is on the way out needs no new rules.
        guard !server.isDraining else { return }
        reports.reloading()
        let file = Displayed.text(options.configurationPath, limit: 512)
        // Before they are read: what changes meanwhile is seen the next time. Of a pair that does not fit together, since
        // only one of it is new yet, it is told once, and when the other has come both are taken.
        let (old, seen) = state.withLock { state in
            state.seen = Self.look(at: state.seen.keys)
            return (state.current, state.seen)
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
            let named = Self.look(at: settings.configuration.files + [options.configurationPath])
            state.withLock { state in
                state.current = settings
                state.watch = watch
                state.seen = named.merging(seen.filter { named[$0.key] != nil }) { _, before in before }
            }
        }
    }

    /// Reloads if one of the files is another than when it was looked at last. What is wrong with it is told once.
    func reloadIfChanged() {
        guard state.withLock({ $0.seen != Self.look(at: $0.seen.keys) }) else { return }
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
