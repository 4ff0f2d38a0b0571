import Auth
import Dispatch
import Glibc
import HTTPCore

/// `streams-proxy run`: settings, accounts, workers, signals. It returns only where the proxy can't start.
package enum RunCommand {
    package static func run(_ arguments: [String]) -> CommandResult {
        let options: RunOptions
        do throws(UsageError) {
            options = try RunOptions(arguments)
        } catch {
            return error.result(command: RunOptions.Command.run.rawValue)
        }
        if options.isHelpWanted { return CommandResult(exitCode: 0, standardOutput: RunOptions.usage(of: .run)) }
        let stamp = FileStamp(path: options.configurationPath)
        switch LoadedSettings.read(options) {
        case .unusable(let problems):
            return CommandResult(exitCode: 78, standardError: problems.map { "\($0)\n" }.joined())
        case .usable(let settings):
            return serve(settings, options, since: stamp)
        }
    }

    private static func serve(
        _ settings: LoadedSettings, _ options: RunOptions, since stamp: FileStamp?
    ) -> CommandResult {
        let signals = ProcessSignals()
        // A client or an upstream that is gone is told by the call that writes to it, not by a signal.
        signals.ignore(SIGPIPE)
        // Until it can be obeyed it must not end the process, which is what it does to one that is unprepared.
        signals.ignore(SIGHUP)
        for warning in settings.warnings { StandardError.write("\(warning)\n") }
        let server: ProxyServer
        do throws(SystemError) {
            server = try ProxyServer(settings.configuration, settings.accounts, settings.identity)
        } catch {
            return CommandResult(exitCode: 71, standardError: "streams-proxy: \(error)\n")
        }
        let reload = SettingsReload(options, settings, since: stamp, server)
        for number in EndingSignals.all { signals.on(number) { server.drain() } }
        signals.on(SIGHUP) { reload.reload() }
        let timer = options.reloadInterval.map { pull(every: $0, by: reload) }
        // Whoever waits for this line may send signals from then on.
        signals.whenReady { StandardOutput.write("listening on \(server.url)\n") }
        withExtendedLifetime((reload, signals, timer)) { dispatchMain() }
    }

    /// `--config-reload`: looks at the settings file again and again.
    private static func pull(every interval: Duration, by reload: SettingsReload) -> any DispatchSourceTimer {
        let timer = DispatchSource.makeTimerSource(queue: .main)
        let nanoseconds = Int(Interval(interval).nanoseconds)
        timer.schedule(
            deadline: .now() + .nanoseconds(nanoseconds), repeating: .nanoseconds(nanoseconds),
            leeway: .milliseconds(50))
        timer.setEventHandler { reload.reloadIfChanged() }
        timer.resume()
        return timer
    }
}
