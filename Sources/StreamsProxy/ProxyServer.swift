package import Auth
import Dispatch
import Glibc
package import HTTPCore
import Synchronization

/// The running proxy: its workers, and what all of them are told.
package final class ProxyServer: Sendable {
    private let mailboxes: [Mailbox<WorkerMessage>]
    /// As the workers have it.
    private let setting: Mutex<WorkerSetting>
    private let workers = DispatchGroup()
    private let plugins: PluginHost
    private let desk: MetricsDesk
    private let hasDrainBegun = Atomic<Bool>(false)
    /// Where it listens, as in a URL: `http://127.0.0.1:5000`. At least one.
    package let urls: [String]

    /// Binds, or takes the sockets of `inherited`, which are this object's from now on; starts the workers and returns when
    /// they listen.
    /// Clients are met by TLS where there is an `identity`.
    package init(
        _ configuration: Configuration, _ accounts: AccountsSource, _ identity: TLSIdentity? = nil,
        inherited: [Int32] = []
    ) throws(SystemError) {
        let log = try AccessLog(configuration.logger)
        OperatorNotes.follow(log)
        let listener = configuration.listener
        let count = listener.workers > 0 ? listener.workers : ProcessorShare.count
        let sockets =
            inherited.isEmpty
            ? try ListeningSockets(binding: listener, workers: count)
            : try ListeningSockets(inherited: inherited, workers: count)
        var mailboxes: [Mailbox<WorkerMessage>] = []
        for _ in 0..<count { mailboxes.append(try Mailbox()) }
        self.mailboxes = mailboxes
        let setting = WorkerSetting(
            configuration, accounts, identity, log, workers: count, accountsChanged: Self.teller(of: mailboxes))
        self.setting = Mutex(setting)
        let plugins = try PluginHost { [mailboxes] view in
            for mailbox in mailboxes { mailbox.post(.plugins(view)) }
        }
        self.plugins = plugins
        let asked = configuration.limits.connections
        if asked < LimitSettings.unboundedConnections, setting.allowance.connections < asked {
            StandardError.write(
                "LIMITS.connections: the process has descriptors for \(setting.allowance.connections) on each worker; "
                    + "raise the hard limit (ulimit -Hn)\n")
        }
        urls = sockets.addresses.map { "\(identity == nil ? "http" : "https")://\($0)" }
        let desk = MetricsDesk(mailboxes)
        self.desk = desk
        for (index, mailbox) in mailboxes.enumerated() {
            let (own, areShared) = (sockets.descriptors[index], sockets.areShared)
            let place = WorkerPlace(index: index, mailbox: mailbox, desk: desk)
            Self.start(index, in: workers) { () throws(SystemError) in
                try Worker(place, setting, plugins, on: EventLoop()).run(own, areShared: areShared)
            }
        }
        plugins.take(configuration.pluginHost)
    }

    /// A worker is a block that runs on its own Dispatch queue for as long as the proxy does.
    private static func start(
        _ index: Int, in group: DispatchGroup, _ run: @escaping @Sendable () throws(SystemError) -> Void
    ) {
        DispatchQueue(label: "worker-\(index)", qos: .userInitiated).async(group: group) {
            do throws(SystemError) {
                try run()
            } catch {
                StandardError.write("streams-proxy: worker \(index) can't start: \(error)\n")
                exit(71)
            }
        }
    }

    /// How many event loops there are.
    package var workerCount: Int { mailboxes.count }

    private static func teller(
        of mailboxes: [Mailbox<WorkerMessage>]
    ) -> @Sendable (Set<UniqueID>?) -> Void {
        { changed in
            for mailbox in mailboxes { mailbox.post(.accountsChanged(changed)) }
        }
    }

    /// The accounts in force; nil where a service has them.
    package var directory: AccountDirectory? { setting.withLock { $0.board }?.current }

    /// The accounts file has changed.
    package func follow(_ directory: AccountDirectory) {
        setting.withLock { $0.board }?.post(directory)
    }

    /// The settings have been read anew. `completion` is called on the main queue when every worker serves by them.
    package func take(
        _ configuration: Configuration, _ accounts: AccountsSource, _ identity: TLSIdentity?,
        completion: @escaping @Sendable () -> Void
    ) {
        let new = setting.withLock { current in
            let log = Self.log(configuration.logger, replacing: current.log)
            current = WorkerSetting(
                configuration, accounts, identity, log, workers: mailboxes.count, replacing: current,
                accountsChanged: Self.teller(of: mailboxes))
            return current
        }
        tellAll(completion) { .setting(new, taken: $0) }
        plugins.take(configuration.pluginHost)
    }

    /// The log by the new settings; the old one where they are the same, or the new file can't be opened.
    private static func log(_ settings: LoggerSettings, replacing old: AccessLog) -> AccessLog {
        guard settings != old.settings else { return old }
        do throws(SystemError) {
            let log = try AccessLog(settings)
            OperatorNotes.follow(log)
            return log
        } catch {
            OperatorNotes.write(
                .error, of: .operator, "the log can't be opened: \(error)",
                advice: "the log goes on as before; mend LUNA_API_LOGGER, then send SIGHUP again")
            return old
        }
    }

    /// Opens the log file anew: whoever renamed it wants the next lines elsewhere.
    package func reopenLog() {
        setting.withLock { $0.log.reopen() }
    }

    /// `completion` is called on the main queue when every worker's loop has turned.
    package func ping(completion: @escaping @Sendable () -> Void) {
        tellAll(completion) { .ping($0) }
    }

    private func tellAll(
        _ completion: @escaping @Sendable () -> Void, _ message: (@escaping @Sendable () -> Void) -> WorkerMessage
    ) {
        let told = DispatchGroup()
        for mailbox in mailboxes {
            told.enter()
            mailbox.post(message { told.leave() })
        }
        told.notify(queue: .main, execute: completion)
    }

    /// What became of the files that are followed.
    var files: FollowedFiles { desk.files }

    package var isDraining: Bool { hasDrainBegun.load(ordering: .relaxed) }

    /// Tells the operator for whom the end waits, and how long at most.
    package func tellOfEnd() {
        let http = setting.withLock { $0.configuration.http }
        let limit = http.drainDelay + http.drainTimeout + Drain.ending
        desk.sum { counters in
            let note = EndNote(viewers: counters[.liveViewers], serving: counters[.upstreamInUse], limit: limit)
            // Of an end that is over at once the log needs no line.
            if note.waits {
                OperatorNotes.tell(.info, of: .operator, note.text)
            } else {
                StandardError.write("\(note.text)\n")
            }
        }
    }

    /// Ends when every worker has served its last client, or as the settings say, and the plugins have ended. The second time it ends at once.
    package func drain() {
        guard hasDrainBegun.exchange(true, ordering: .relaxed) == false else { exit(1) }
        for mailbox in mailboxes { mailbox.post(.drain) }
        plugins.drain()
        let log = setting.withLock { $0.log }
        workers.notify(queue: .main) { [plugins] in
            plugins.end {
                log.finish()
                exit(0)
            }
        }
    }
}
