package import Auth
import Dispatch
import Glibc
package import HTTPCore
import Synchronization

/// The running proxy: workers, the accounts file that they follow, and the signals that end it.
package final class ProxyServer: Sendable {
    private let mailboxes: [Mailbox<WorkerMessage>]
    /// As the workers have it.
    private let setting: Mutex<WorkerSetting>
    private let workers = DispatchGroup()
    private let plugins: PluginHost
    private let isDraining = Atomic<Bool>(false)
    /// Where it listens, as in a URL: `http://127.0.0.1:5000`.
    package let url: String
    /// Calls under way get this long after SIGTERM; a second signal ends at once.
    private let drainTimeout = Interval(.seconds(30))

    /// Binds and starts the workers; returns when they listen. Clients are met by TLS where there is an `identity`.
    package init(
        _ configuration: Configuration, _ accounts: AccountsSource, _ identity: TLSIdentity? = nil
    ) throws(SystemError) {
        let listener = configuration.listener
        let count = listener.workers > 0 ? listener.workers : max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let setting = WorkerSetting(configuration, accounts, identity)
        var mailboxes: [Mailbox<WorkerMessage>] = []
        var port = listener.port
        var address = ""
        var sockets: [Int32] = []
        for index in 0..<count {
            let socket = try ListeningSocket(host: listener.host, port: port)
            if index == 0 {
                port = socket.address.port
                address = socket.address.description
            }
            sockets.append(socket.release())
            mailboxes.append(try Mailbox())
        }
        self.mailboxes = mailboxes
        self.setting = Mutex(setting)
        let plugins = try PluginHost { [mailboxes] view in
            for mailbox in mailboxes { mailbox.post(.plugins(view)) }
        }
        self.plugins = plugins
        url = "\(identity == nil ? "http" : "https")://\(address)"
        for (index, mailbox) in mailboxes.enumerated() {
            Self.start(index, setting, mailbox, plugins, socket: sockets[index], in: workers)
        }
        plugins.take(configuration.pluginHost)
    }

    /// A worker is a block that runs on its own Dispatch queue for as long as the proxy does.
    private static func start(
        _ index: Int, _ setting: WorkerSetting, _ mailbox: Mailbox<WorkerMessage>, _ plugins: PluginHost,
        socket: Int32, in group: DispatchGroup
    ) {
        DispatchQueue(label: "worker-\(index)", qos: .userInitiated).async(group: group) {
            do throws(SystemError) {
                try Worker(setting, mailbox, plugins, on: EventLoop()).run(ListeningSocket(adopting: socket))
            } catch {
                StandardError.write("streams-proxy: worker \(index) can't start: \(error)\n")
                exit(71)
            }
        }
    }

    /// The accounts file has changed.
    package func follow(_ directory: AccountDirectory) {
        for mailbox in mailboxes { mailbox.post(.directory(directory)) }
    }

    /// The settings have been read anew. `completion` is called on the main queue when every worker serves by them.
    package func take(
        _ configuration: Configuration, _ accounts: AccountsSource, _ identity: TLSIdentity?,
        completion: @escaping @Sendable () -> Void
    ) {
        let new = setting.withLock { current in
            current = WorkerSetting(configuration, accounts, identity, replacing: current)
            return current
        }
        let taken = DispatchGroup()
        for mailbox in mailboxes {
            taken.enter()
            mailbox.post(.setting(new) { taken.leave() })
        }
        plugins.take(configuration.pluginHost)
        taken.notify(queue: .main, execute: completion)
    }

    /// Ends when every worker has served its last client, and the plugins have ended.
    package func drain() {
        guard isDraining.exchange(true, ordering: .relaxed) == false else { exit(1) }
        for mailbox in mailboxes { mailbox.post(.drain(deadline: drainTimeout)) }
        plugins.drain()
        workers.notify(queue: .main) { [plugins] in plugins.end { exit(0) } }
    }
}
