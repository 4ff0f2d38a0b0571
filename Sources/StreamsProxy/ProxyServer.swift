package import Auth
import Dispatch
import Glibc
package import HTTPCore
import Synchronization

/// The running proxy: workers, the accounts file that they follow, and the signals that end it.
package final class ProxyServer: Sendable {
    private let mailboxes: [Mailbox<WorkerMessage>]
    private let workers = DispatchGroup()
    private let isDraining = Atomic<Bool>(false)
    /// Calls under way get this long after SIGTERM; a second signal ends at once.
    private let drainTimeout = Interval(.seconds(30))

    /// Binds and starts the workers; returns when they listen.
    package init(_ configuration: Configuration, _ accounts: AccountsSource) throws(SystemError) {
        let listener = configuration.listener
        let count = listener.workers > 0 ? listener.workers : max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let cache = Authenticator.CacheSettings(configuration.decisionCache)
        let passwords = PasswordPool(memory: PasswordPool.Memory(lifetime: cache.lifetime))
        let tokens = TokensQueue(AccountsFile(path: configuration.accountsFile))
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
        for (index, mailbox) in mailboxes.enumerated() {
            let setting = WorkerSetting(
                configuration: configuration, accounts: accounts, passwords: passwords, tokens: tokens,
                mailbox: mailbox)
            Self.start(index, setting, socket: sockets[index], in: workers)
        }
        StandardOutput.write("listening on http://\(address)\n")
    }

    /// A worker is a block that runs on its own Dispatch queue for as long as the proxy does.
    private static func start(_ index: Int, _ setting: WorkerSetting, socket: Int32, in group: DispatchGroup) {
        DispatchQueue(label: "worker-\(index)", qos: .userInitiated).async(group: group) {
            do throws(SystemError) {
                try Worker(setting).run(ListeningSocket(adopting: socket))
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

    /// Ends when every worker has served its last client.
    package func drain() {
        guard isDraining.exchange(true, ordering: .relaxed) == false else { exit(1) }
        for mailbox in mailboxes { mailbox.post(.drain(deadline: drainTimeout)) }
        workers.notify(queue: .main) { exit(0) }
    }
}
