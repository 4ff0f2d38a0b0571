import Auth
import CLinux
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
        // Before there is a secret in memory.
        linux_leave_no_core()
        let reading = LoadedSettings.read(options)
        switch reading.outcome {
        case .unusable(let problems):
            return problems.result
        case .usable(let settings):
            do throws(ServiceEnvironment.Fault) {
                return serve(settings, from: reading.files, options, try ServiceEnvironment.takenFromProcess())
            } catch {
                return CommandResult(exitCode: 71, standardError: "streams-proxy: \(error.sentence)\n")
            }
        }
    }

    private static func serve(
        _ settings: LoadedSettings, from files: FilesRead, _ options: RunOptions, _ environment: ServiceEnvironment
    ) -> CommandResult {
        // glibc would learn from the first large file that such blocks are common, and from then on keep them when they
        // are free: up to ten times the file. A block of a mebibyte is given back to the system at once instead.
        mallopt(M_MMAP_THRESHOLD, 1 << 20)
        let signals = ProcessSignals()
        // From before there is any other thread: a signal that comes now is kept until it can be obeyed.
        signals.hold(EndingSignals.all + [SIGHUP, SIGUSR1])
        // A client or an upstream that is gone is told by the call that writes to it, not by a signal.
        signals.ignore(SIGPIPE)
        DescriptorReserve.fill()
        let server: ProxyServer
        do throws(SystemError) {
            server = try ProxyServer(
                settings.configuration, settings.accounts, settings.identity,
                inherited: environment.sockets.map(\.descriptor))
        } catch {
            return CommandResult(exitCode: 71, standardError: "streams-proxy: \(error)\n")
        }
        let reports = ServiceReports(socket: environment.notifySocket)
        let reload = SettingsReload(options, settings, from: files, server, reports)
        for number in EndingSignals.all {
            signals.on(number) {
                reports.stopping("Ending: calls under way finish")
                guard !server.isDraining else { return server.drain() }
                // Asked before the workers are told to end: afterwards some may have gone.
                server.tellOfEnd()
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
        timers.append(timer(every: Interval(.seconds(86400))) { reload.warnOfCertificate() })
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
        let names = environment.sockets.map(\.name)
        let summary = settings.summary(workers: server.workerCount, listening: server.urls, passedOn: names)
        StandardError.write(summary.text)
        for line in settings.warnings + (settings.hint.map { [$0] } ?? []) { StandardError.write("\(line)\n") }
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
