import Auth
import CLinux
import Glibc
import HTTPCore
import JSON

/// Keeps the host process running, and is what it talks to. It lives on its own loop; `HostSupervision` says what is to
/// be done, this does it.
final class PluginSupervisor {
    private let loop: EventLoop
    private let host: PluginHost
    private let mailbox: Mailbox<PluginHostMessage>
    private let broadcast: @Sendable (PluginHostView) -> Void
    private var mailboxSource: MailboxSource<PluginHostMessage>?
    private var clock: SupervisionClock?

    private var supervision = HostSupervision()
    private var offences = PluginOffences()
    /// When the host's memory is looked at next.
    private var nextLook = Instant.never
    private static let lookInterval = Interval(.milliseconds(500))
    /// Why we end the host, where we do so unasked.
    private var cause: String?
    private var settings: PluginHostSettings?
    /// The plugins' files as they were when the host was started.
    private var looks: [FileLook] = []
    private var process: HostProcess?
    private var hasFolder = false
    private var statuses: [PluginStatus] = []
    private var points = PointQueue()
    private var toldLost = 0
    /// Points lost in the host, as it tells.
    private var lostByHost = 0
    private var done: (@Sendable () -> Void)?

    init(
        _ host: PluginHost, _ mailbox: Mailbox<PluginHostMessage>,
        _ broadcast: @escaping @Sendable (PluginHostView) -> Void
    ) throws(SystemError) {
        loop = try EventLoop()
        self.host = host
        self.mailbox = mailbox
        self.broadcast = broadcast
    }

    /// Runs until the host has been ended for good.
    func run() {
        // What is done here is done for plugins, and takes no time from the workers.
        linux_give_way(0)
        mailboxSource = MailboxSource(mailbox, loop: loop) { [unowned self] in receive($0) }
        clock = SupervisionClock(loop: loop) { [unowned self] in due() }
        loop.run()
        mailboxSource?.closeDescriptor()
        clock?.closeDescriptor()
        if hasFolder { host.folder.remove() }
        done?()
    }

    private func receive(_ message: PluginHostMessage) {
        switch message {
        case .settings(let new): take(new)
        case .points(let batch):
            host.took(batch)
            points.append(batch)
            sendPoints()
        case .draining: perform(supervision.drain(at: loop.now))
        case .end(let done):
            self.done = done
            perform(supervision.stop(forGood: true, at: loop.now))
        }
    }

    /// A host that has all as it was goes on, unless there is a plugin that only a new start can help.
    private func take(_ new: PluginHostSettings?) {
        let newLooks = new.map { new in new.plugins.map { FileLook(at: new.path(of: $0.name)) } } ?? []
        let hasChanged =
            new != settings || newLooks.count != looks.count
            || zip(looks, newLooks).contains(where: { $0.isOutdated(by: $1) })
        let isWell = supervision.state != .pausing && !statuses.contains(where: \.isDown)
        guard hasChanged || !isWell else { return }
        offences.forgive()
        settings = new
        looks = newLooks
        let known = statuses
        statuses = (new?.plugins ?? []).map { plugin in
            known.first { $0.name == plugin.name }?.restarting() ?? PluginStatus(name: plugin.name)
        }
        perform(
            new == nil ? supervision.stop(forGood: false, at: loop.now) : supervision.start(at: loop.now))
        publish()
    }

    // MARK: The process

    private func perform(_ action: HostSupervision.Action) {
        switch action {
        case .none: break
        case .start: start()
        case .ping: process?.channel?.send(Array("{\"type\":\"ping\"}\n".utf8))
        case .ask:
            process?.channel?.send(Array("{\"type\":\"shutdown\"}\n".utf8))
            publish()
        case .terminate: process?.kill(SIGTERM)
        case .kill:
            nextLook = .never
            process?.kill(SIGKILL)
            publish()
        case .finish: loop.stop()
        }
        setClock()
    }

    private func setClock() {
        clock?.setDeadline(min(supervision.deadline, offences.deadline, nextLook))
    }

    /// A deadline has come: the supervision's, that of a plugin that is held, or the host's memory is to be looked at.
    private func due() {
        for plugin in offences.release(at: loop.now) {
            OperatorNotes.write(.info, of: .plugin, "\(plugin): it is started again")
            process?.channel?.send(HostConfiguration.start(plugin))
        }
        lookAtMemory()
        let action = supervision.due(at: loop.now)
        if action == .kill, cause == nil { cause = "it did not answer in time and was killed" }
        perform(action)
    }

    private func lookAtMemory() {
        guard let process, let settings, nextLook <= loop.now else { return }
        nextLook = loop.now.advanced(by: Self.lookInterval)
        let taken = process.residentBytes
        guard taken > settings.memoryLimit else { return }
        let limit = settings.memoryLimit >> 20
        cause = "it took \(taken >> 20) MiB of memory, memory_limit is \(limit) MiB"
        perform(supervision.outgrew(at: loop.now))
    }

    private func start() {
        guard let settings else { preconditionFailure("a host is started for plugins") }
        statuses = statuses.map { $0.restarting() }
        do throws(SystemError) {
            if !hasFolder { try host.folder.make() }
            hasFolder = true
            let process = try HostProcess.start(
                settings, loop: loop, receive: { [unowned self] in heard($0) },
                drained: { [unowned self] in sendPoints() },
                silent: { [unowned self] in perform(supervision.fellSilent(at: loop.now)) },
                exited: { [unowned self] in exited($0) })
            self.process = process
            nextLook = loop.now.advanced(by: Self.lookInterval)
            process.channel?.send(HostConfiguration.line(settings, host.folder, isHeld: offences.isHeld))
        } catch {
            OperatorNotes.write(.error, of: .operator, "the host of the plugins can't be started: \(error)")
            perform(supervision.startFailed(at: loop.now))
        }
        publish()
    }

    private func exited(_ end: ProcessEnd) {
        points.lose(process?.undeliveredPoints ?? 0)
        process = nil
        nextLook = .never
        let calls = CallsUnderWay(takingAway: host.folder.calls)
        let before = supervision.restarts
        let action = supervision.exited(at: loop.now)
        if supervision.restarts > before {
            let how = cause ?? "\(end)"
            OperatorNotes.write(
                .error, of: .plugin, "the host of the plugins has ended: \(how); \(calls.words)",
                advice: "another is started")
            if let plugin = calls.onlyPlugin { blame(plugin) }
        }
        cause = nil
        perform(action)
        publish()
    }

    /// A plugin has made the host end for all.
    private func blame(_ plugin: String) {
        let hold = offences.blame(plugin, at: loop.now)
        guard offences.isHeld(plugin) else { return }
        let time = hold.map { "for \($0.nanoseconds / 1_000_000_000) s" } ?? "until SIGHUP"
        OperatorNotes.write(
            .error, of: .plugin,
            "\(plugin): it has made the host of the plugins end again and is kept out of it \(time)",
            advice: "SIGHUP starts it at once")
    }

    /// A thread of that plugin will not come back.
    private func gotStuck(_ plugin: String) {
        let action = supervision.gotStuck(at: loop.now)
        guard action != .none else { return }
        OperatorNotes.write(
            .error, of: .plugin, "\(plugin): it holds a thread for ever; the host of the plugins is started anew")
        blame(plugin)
        perform(action)
    }

    // MARK: What the host says

    private func heard(_ message: JSONNode) {
        switch message["type"]?.string {
        case "status":
            for told in message["plugins"]?.array?.compactMap(PluginStatus.init) ?? [] {
                guard let index = statuses.firstIndex(where: { $0.name == told.name }) else { continue }
                statuses[index].take(told)
            }
            publish()
        case "ready":
            supervision.ready(at: loop.now)
            setClock()
            publish()
            sendPoints()
        case "pong":
            supervision.answered(at: loop.now)
            setClock()
        case "stuck":
            guard let plugin = message["plugin"]?.string, statuses.contains(where: { $0.name == plugin }) else { break }
            gotStuck(plugin)
        case "log": PluginLog.write(message)
        case "lost":
            lostByHost += max(0, message["count"]?.integer ?? 0)
            noteLost()
            publish()
        default: break
        }
    }

    // MARK: Points

    private func sendPoints() {
        if supervision.state == .running, let channel = process?.channel {
            while channel.hasRoom, let batch = points.takeFirst() {
                var line: [UInt8] = []
                PointEncoding.appendLine(batch.records, batch.names, to: &line)
                channel.send(line, points: batch.records.count)
            }
        }
        noteLost()
    }

    private func noteLost() {
        let lost = lostPoints()
        guard lost > toldLost else { return }
        // The first at once, later ones when they have become twice as many: a flood of points is no flood of lines.
        guard lost >= toldLost * 2 else { return }
        toldLost = lost
        OperatorNotes.write(.warning, of: .plugin, "\(lost) monitoring points have been lost so far")
        publish()
    }

    private func publish() {
        broadcast(
            PluginHostView(
                isServing: supervision.state == .running, statuses: statuses, restarts: supervision.restarts,
                lostPoints: lostPoints()))
    }

    /// All points that were lost so far.
    private func lostPoints() -> Int {
        host.setLostLater(points.lost + lostByHost)
        return host.lostPoints
    }
}

/// Calls when the supervision's deadline has come.
private final class SupervisionClock: EventSource {
    private let due: () -> Void

    init(loop: EventLoop, due: @escaping () -> Void) {
        self.due = due
        super.init(descriptor: -1, loop: loop)
        open([])
    }

    override func deadlinePassed() {
        due()
    }
}
