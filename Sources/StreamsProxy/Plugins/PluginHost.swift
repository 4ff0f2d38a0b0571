import Dispatch
import HTTPCore
import Synchronization

/// What the supervisor of the host is told.
enum PluginHostMessage: Sendable {
    /// Run these from now on; nil: none.
    case settings(PluginHostSettings?)
    case points(PointBatch)
    /// The proxy takes no more clients: a host that ends is not started again.
    case draining
    /// End the host; `done` is called when it has gone.
    case end(done: @Sendable () -> Void)
}

/// The process that runs Python plugins, as the rest of the proxy knows it: what is told to it is done elsewhere, on an
/// event loop with a Dispatch queue of its own, which runs from the first Python plugin on.
final class PluginHost: Sendable {
    private let mailbox: Mailbox<PluginHostMessage>
    let folder = SocketFolder()
    private let isRunning = Atomic<Bool>(false)
    private let broadcast: @Sendable (PluginHostView) -> Void
    /// Points in the mailbox. Where they pile up the supervisor has no time, and what comes is lost.
    private let waitingPoints = Atomic<Int>(0)
    /// Those lost before they got into the mailbox, and those lost later, as the supervisor tells.
    private let lostBefore = Atomic<Int>(0)
    private let lostLater = Atomic<Int>(0)
    private static let maximumWaiting = 65536

    /// `broadcast` is called on the supervisor's queue at each change.
    init(broadcast: @escaping @Sendable (PluginHostView) -> Void) throws(SystemError) {
        mailbox = try Mailbox()
        self.broadcast = broadcast
    }

    func take(_ settings: PluginHostSettings?) {
        if settings == nil, !isRunning.load(ordering: .relaxed) { return }
        mailbox.post(.settings(settings))
        guard !isRunning.exchange(true, ordering: .relaxed) else { return }
        DispatchQueue(label: "plugin-host", qos: .utility).async { [self] in
            do throws(SystemError) {
                try PluginSupervisor(self, mailbox, broadcast).run()
            } catch {
                StandardError.write("streams-proxy: no plugin can be run: \(error)\n")
                isRunning.store(false, ordering: .relaxed)
            }
        }
    }

    /// From a worker, which never waits here.
    func take(_ batch: PointBatch) {
        let count = batch.records.count
        guard waitingPoints.add(count, ordering: .relaxed).newValue <= Self.maximumWaiting else {
            waitingPoints.subtract(count, ordering: .relaxed)
            lostBefore.add(count, ordering: .relaxed)
            return
        }
        mailbox.post(.points(batch))
    }

    /// From the supervisor: the batch has been taken out of the mailbox.
    func took(_ batch: PointBatch) {
        waitingPoints.subtract(batch.records.count, ordering: .relaxed)
    }

    /// How many points were lost so far, on the whole way. It only grows.
    var lostPoints: Int { lostBefore.load(ordering: .relaxed) + lostLater.load(ordering: .relaxed) }

    /// From the supervisor: so many were lost since they got into the mailbox.
    func setLostLater(_ count: Int) {
        lostLater.store(count, ordering: .relaxed)
    }

    func drain() {
        if isRunning.load(ordering: .relaxed) { mailbox.post(.draining) }
    }

    /// Ends the host, within some fifteen seconds whatever it does, then calls `done` on the main queue.
    func end(_ done: @escaping @Sendable () -> Void) {
        guard isRunning.load(ordering: .relaxed) else {
            done()
            return
        }
        mailbox.post(.end { DispatchQueue.main.async(execute: done) })
    }
}
