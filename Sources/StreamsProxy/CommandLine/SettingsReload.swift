import Auth
import Dispatch
import HTTPCore
import Synchronization

/// Puts new settings in the place of those that a running proxy has: on SIGHUP, and with `--config-reload` when the file
/// has changed, or a certificate or key that it names. It works on a queue of its own, so that no signal waits for it.
///
/// Only what was read counts as known. Where the system refused to give a file, that is told once, and it is tried again
/// until it is read.
final class SettingsReload: Sendable {
    /// What has been asked for and not begun; the greater includes the lesser.
    private enum Wish: Int, Comparable {
        case nothing, look, reload

        static func < (one: Wish, other: Wish) -> Bool { one.rawValue < other.rawValue }
    }

    private struct State {
        var current: LoadedSettings
        /// Of the accounts file, where there is one.
        var watch: (any AccountsFeed)?
        /// The settings file, and those that it named when it was read last.
        var files: FilesRead
        /// What was wrong then.
        var problems = ProblemLines()
        /// After which a file that the system refused is tried again.
        var patience = SettingsReload.shortestPatience
    }

    private static let shortestPatience = 1
    private static let longestPatience = 30

    private let options: RunOptions
    private let server: ProxyServer
    private let reports: ServiceReports
    private let queue = DispatchQueue(label: "settings-reload", qos: .utility)
    private let wish = Mutex(Wish.nothing)
    private let state: Mutex<State>

    /// `files`: what `settings` were read from.
    init(
        _ options: RunOptions, _ settings: LoadedSettings, from files: FilesRead, _ server: ProxyServer,
        _ reports: ServiceReports
    ) {
        self.options = options
        self.server = server
        self.reports = reports
        state = Mutex(State(current: settings, watch: Self.watch(settings, server), files: files))
    }

    /// Has settings and accounts read. Where anything is wrong with them all of it is told, and those that were read before
    /// stay in force.
    func reload() { ask(for: .reload) }

    /// Reloads if one of the files is another than what was read of it.
    func reloadIfChanged() { ask(for: .look) }

    private func ask(for new: Wish) {
        let isFirst = wish.withLock { wish in
            defer { wish = max(wish, new) }
            return wish == .nothing
        }
        guard isFirst else { return }
        queue.async { [self] in
            let wish = wish.withLock { wish in
                defer { wish = .nothing }
                return wish
            }
            // Who is on the way out needs no new rules.
            guard !server.isDraining, wish == .reload || state.withLock({ $0.files.isOutdated }) else { return }
            read(isAsked: wish == .reload)
        }
    }

    /// Of a certificate that ends soon, which nothing else would say before clients do.
    func warnOfCertificate() {
        let settings = state.withLock { $0.current }
        guard let certificate = settings.identity?.certificate else { return }
        let file = settings.configuration.tls?.certificateFile ?? ""
        for warning in certificate.warnings(now: OperatorNote.now / 1000) {
            Self.say(.warning, "warning: \(file): \(warning)")
        }
    }

    // MARK: - On the queue

    private func read(isAsked: Bool) {
        let (old, problems) = state.withLock { ($0.current, $0.problems) }
        if isAsked || problems.isEmpty { reports.reloading() }
        let reading = LoadedSettings.read(options, replacing: old)
        // Of a pair that does not fit together, since only one of it is new yet, it is told once, and when the other has
        // come both are taken.
        state.withLock { $0.files = reading.files }
        switch reading.outcome {
        case .unusable(let found):
            state.withLock { $0.problems = found }
            server.files.noteReload(isSuccessful: false, at: OperatorNote.now)
            if isAsked || found != problems { tell(found) }
        case .usable(let settings):
            state.withLock { $0.problems = ProblemLines() }
            take(settings)
            server.files.noteReload(isSuccessful: true, at: OperatorNote.now)
        }
        if reading.files.isComplete {
            state.withLock { $0.patience = Self.shortestPatience }
        } else {
            tryAgain()
        }
    }

    private func tell(_ problems: ProblemLines) {
        for line in problems.lines { Self.say(.error, line) }
        let outcome = "\(file): not reloaded; the settings that were read before stay in force"
        Self.say(.error, outcome)
        reports.ready(outcome)
    }

    private func take(_ read: LoadedSettings) {
        // The old watch has said its last before the new accounts go out, or it could put older ones after them.
        state.withLock { $0.watch.take() }?.cancel()
        let settings = read.withAccountsOfNow()
        // As at a start.
        let open = StartupWarnings.of(settings.configuration, listening: server.urls).map { "warning: \($0)" }
        server.take(settings.configuration, settings.accounts, settings.identity) { [reports, file] in
            let outcome = "\(file): reloaded"
            for warning in settings.warnings + open { Self.say(.warning, warning) }
            Self.say(.info, outcome)
            reports.ready(outcome)
        }
        let watch = Self.watch(settings, server)
        state.withLock { state in
            state.current = settings
            state.watch = watch
        }
    }

    private func tryAgain() {
        let patience = state.withLock { state in
            defer { state.patience = min(2 * state.patience, Self.longestPatience) }
            return state.patience
        }
        queue.asyncAfter(deadline: .now() + .seconds(patience)) { [weak self] in
            guard let self, !state.withLock({ $0.files.isComplete }) else { return }
            ask(for: .look)
        }
    }

    private var file: String { Displayed.text(options.configurationPath, limit: 512) }

    // MARK: - Accounts

    private static func watch(_ settings: LoadedSettings, _ server: ProxyServer) -> (any AccountsFeed)? {
        settings.followed.map { followed in
            let file = followed.file
            return FileStore(file).feed(since: followed.known, replacing: { [weak server] in server?.directory }) {
                follow($0, of: file, by: server)
            }
        }
    }

    private static func follow(_ event: AccountsEvent, of file: AccountsFile, by server: ProxyServer) {
        switch event {
        case .directory(let directory, let warnings):
            for warning in warnings { say(.warning, "\(warning)") }
            server.follow(directory)
            server.files.noteAccounts(areFollowed: true)
        case .problems(let problems):
            for problem in problems { say(.error, "\(problem)") }
            say(.error, "the accounts that were read before stay in force")
            server.files.noteAccounts(areFollowed: false)
        case .readable:
            say(.info, "\(file.path): can be read again")
        }
    }

    private static func say(_ level: LogLevel, _ line: String) {
        OperatorNotes.tell(level, of: .operator, line)
    }
}
