package import Auth
package import HTTPCore

/// A worker whose loop is turned from outside, on a clock from outside: what simulations run in place of `ProxyServer`.
/// It belongs to the thread that makes it.
package final class SteppedProxy {
    private let worker: Worker
    /// Where it listens, on 127.0.0.1.
    package let port: Int

    /// `clock` gives the nanoseconds of the monotonic clock.
    package init(
        _ configuration: Configuration, _ directory: AccountDirectory, clock: @escaping () -> Int64
    ) throws(SystemError) {
        let socket = try ListeningSocket(host: "127.0.0.1", port: 0)
        port = socket.address.port
        let mailbox = try Mailbox<WorkerMessage>()
        let setting = WorkerSetting(
            configuration, .file(directory), nil, try AccessLog(configuration.logger), workers: 1
        ) { mailbox.post(.accountsChanged($0)) }
        let place = WorkerPlace(index: 0, mailbox: mailbox, desk: MetricsDesk([mailbox]))
        worker = try Worker(place, setting, PluginHost { _ in }, on: EventLoop(clock: clock))
        worker.open([socket.release()], areShared: false)
    }

    /// Does all that is due now.
    package func turn() {
        worker.loop.turn()
    }

    /// How many clients are connected.
    package var clientCount: Int { worker.clientCount }

    /// How many connections to Luna-Streams wait for the next request.
    package var idleCount: Int { worker.terms.idleCount }

    /// Cuts all clients and lets go of everything.
    package func close() {
        worker.close()
    }
}
