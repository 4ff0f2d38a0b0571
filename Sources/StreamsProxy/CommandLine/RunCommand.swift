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
            do throws(ServiceEnvironment.Fault) {
                return serve(settings, options, since: stamp, try ServiceEnvironment.takenFromProcess())
            } catch {
                return CommandResult(exitCode: 71, standardError: "streams-proxy: \(error.sentence)\n")
            }
        }
    }

    private static func serve(
        _ settings: LoadedSettings, _ options: RunOptions, since stamp: FileStamp?, _ environment: ServiceEnvironment
    ) -> CommandResult {
        let signals = ProcessSignals()
        // From before there is any other thread: a signal that comes now is kept until it can be obeyed.
        signals.hold(EndingSignals.all + [SIGHUP, SIGUSR1])
        // A client or an upstream that is gone is told by the call that writes to it, not by a signal.
        signals.ignore(SIGPIPE)
        let server: ProxyServer
        do throws(SystemError) {
            server = try ProxyServer(
                settings.configuration, settings.accounts, settings.identity,
                inherited: environment.sockets.map(\.descriptor))
        } catch {
            return CommandResult(exitCode: 71, standardError: "streams-proxy: \(error)\n")
        }
        let reports = ServiceReports(socket: environment.notifySocket)
        let reload = SettingsReload(options, settings, since: stamp, server, reports)
        for number in EndingSignals.all {
            signals.on(number) {
                reports.stopping("Ending: calls under way finish")
                server.drain()
            }
        }
        signals.on(SIGHUP) { reload.reload() }
        // What renames log files by and by (logrotate) tells so.
        signals.on(SIGUSR1) { server.reopenLog() }
        var timers: [any DispatchSourceTimer] = []
        if let interval = options.reloadInterval {
            timers.append(timer(every: Interval(interval)) { reload.reloadIfChanged() })
        }
        if let limit = environment.watchdog {
            let watchdog = Watchdog(limit: limit) { answered in
                // Workers that have ended can't answer; what bounds them is the end of the drain.
                if server.isDraining { answered() } else { server.ping(completion: answered) }
            } tell: {
                reports.alive()
            }
            timers.append(timer(every: watchdog.interval) { watchdog.ask() })
        }
        signals.whenReady { tellReady(settings, server, environment, reports) }
        withExtendedLifetime((reload, signals, timers)) { dispatchMain() }
    }

    /// Everything is in place. Whoever waits for the line on standard output may send requests and signals from then on.
    private static func tellReady(
        _ settings: LoadedSettings, _ server: ProxyServer, _ environment: ServiceEnvironment, _ reports: ServiceReports
    ) {
        var configuration = settings.configuration
        configuration.listener.workers = server.workerCount
        let names = environment.sockets.map(\.name)
        let summary = ConfigurationSummary(
            configuration, certificate: settings.identity?.certificate, listening: server.urls, passedOn: names)
        StandardError.write(summary.text)
        for warning in settings.warnings { StandardError.write("\(warning)\n") }
        StandardOutput.write("listening on \(server.urls.first ?? "")\n")
        reports.ready("Listening on \(server.urls.joined(separator: ", "))")
    }

    /// Calls `action` on the main queue again and again, the first time when `interval` has passed.
    private static func timer(
        every interval: Interval, _ action: @escaping @Sendable () -> Void
    ) -> any DispatchSourceTimer {
        let timer = DispatchSource.makeTimerSource(queue: .main)
        let nanoseconds = Int(interval.nanoseconds)
        timer.schedule(
            deadline: .now() + .nanoseconds(nanoseconds), repeating: .nanoseconds(nanoseconds),
            leeway: .nanoseconds(nanoseconds / 20))
        timer.setEventHandler(handler: action)
        timer.resume()
        return timer
    }
}

extension ServiceEnvironment {
    /// Reads the variables of this process and takes them away, so that no process we start takes them for its own.
    fileprivate static func takenFromProcess() throws(Fault) -> ServiceEnvironment {
        defer { for name in variables { unsetenv(name) } }
        return try ServiceEnvironment(process: getpid()) { name in getenv(name).map { String(cString: $0) } }
    }
}
