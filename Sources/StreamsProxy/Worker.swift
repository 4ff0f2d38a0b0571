import Auth
import HTTPCore

/// What a worker is told from other threads.
enum WorkerMessage: Sendable {
    /// A password has been compared for the connection that waits under this number.
    case verdict(ticket: UInt64, PasswordCheck, PasswordVerdict)
    /// Luna-Accounts has said who the connection's client is, or could not.
    case answer(ticket: UInt64, ServiceQuestion, DatedDecision)
    /// The same about somebody who watches a preview.
    case review(ticket: UInt64, ServiceQuestion, DatedDecision)
    /// A request for the accounts' own resources has been carried out.
    case tokens(ticket: UInt64, TokensAnswer)
    case directory(AccountDirectory)
    /// The settings have been read anew; `taken` is called once they are in force.
    case setting(WorkerSetting, taken: @Sendable () -> Void)
    /// Something about the Python plugins has changed.
    case plugins(PluginHostView)
    /// Take no more clients; end when the last is served, or at the deadline.
    case drain(deadline: Interval)
}

/// One event loop and all that lives on it: listener, clients, connections to Luna-Streams, decisions. It is made and
/// used on its own thread; its mailbox is the only way in.
final class Worker {
    let loop: EventLoop
    /// What new requests are served by.
    private(set) var terms: Terms
    private(set) var authenticator: Authenticator
    private(set) var plugins: PluginHostView
    /// Monitoring points for event plugins.
    let points: PointRecorder

    private let pluginSocket: String
    private let multi: CurlMulti
    private let control: ControlClient
    private var setting: WorkerSetting
    var identity: TLSIdentity? { setting.identity }
    /// Nil where the accounts file decides.
    private var accounts: AccountsLookup?
    private let mailbox: Mailbox<WorkerMessage>
    private var mailboxSource: MailboxSource<WorkerMessage>?
    private var listener: Listener?
    private var requestIDs = RequestIDSource()
    private var connections: [ObjectIdentifier: ProxyConnection] = [:]
    /// Connections whose request waits for what is done elsewhere: a password compared, a token made.
    private var waiting: [UInt64: ProxyConnection] = [:]
    private var nextTicket: UInt64 = 0
    private var drainEnd: DrainEnd?

    init(
        _ setting: WorkerSetting, _ mailbox: Mailbox<WorkerMessage>, _ plugins: PluginHost, on loop: EventLoop
    ) throws(SystemError) {
        self.loop = loop
        multi = try CurlMulti(loop: loop)
        pluginSocket = plugins.folder.socket
        control = ControlClient(multi: multi)
        terms = Terms(
            setting.configuration, loop: loop, multi: multi, control: control, pluginSocket: plugins.folder.socket,
            replacing: nil)
        authenticator = setting.makeAuthenticator()
        self.plugins = PluginHostView(setting.configuration.pluginHost)
        points = PointRecorder(loop: loop, host: plugins, names: PointNames(setting.configuration))
        accounts = setting.makeLookup(loop: loop, control: control)
        self.setting = setting
        self.mailbox = mailbox
    }

    /// Serves clients of `socket` until it is told to drain and has done so.
    func run(_ socket: consuming ListeningSocket) {
        open(socket)
        loop.run()
        close()
    }

    func open(_ socket: consuming ListeningSocket) {
        mailboxSource = MailboxSource(mailbox, loop: loop) { [unowned self] in receive($0) }
        listener = Listener(socket, loop: loop) { [unowned self] descriptor, peer in
            let connection = ProxyConnection(descriptor: descriptor, peer: peer, worker: self)
            connections[ObjectIdentifier(connection)] = connection
        }
    }

    func close() {
        for connection in Array(connections.values) { connection.abort() }
        listener?.closeDescriptor()
        mailboxSource?.closeDescriptor()
        points.handOver()
        points.closeDescriptor()
        drainEnd?.closeDescriptor()
        terms.pool.closeAll()
        terms.plugins.pool.closeAll()
        accounts?.shutDown()
        multi.shutDown()
    }

    private func receive(_ message: WorkerMessage) {
        switch message {
        case .verdict(let ticket, let check, let verdict):
            let decision = authenticator.accept(check, verdict, now: loop.unixMilliseconds)
            waiting.removeValue(forKey: ticket)?.decided(decision)
        case .answer(let ticket, let question, let answer):
            let decision = authenticator.accept(question, answer, now: loop.unixMilliseconds)
            waiting.removeValue(forKey: ticket)?.decided(decision)
        case .review(let ticket, let question, let answer):
            waiting.removeValue(forKey: ticket)?.reviewed(question, answer)
        case .tokens(let ticket, let answer):
            waiting.removeValue(forKey: ticket)?.respond(answer)
        case .directory(let directory):
            authenticator.replace(directory: directory)
            for connection in Array(connections.values) { connection.accountsChanged() }
        case .setting(let setting, let taken):
            take(setting)
            taken()
        case .plugins(let view):
            plugins = view
            points.setWanted(view.wantsPoints)
        case .drain(let deadline):
            drain(deadline)
        }
    }

    /// New requests are served by the new settings, those under way end under the terms that they began with. Who may
    /// pass is decided by the new ones at once, for whoever waits for a decision or watches a preview too.
    private func take(_ new: WorkerSetting) {
        let old = setting
        setting = new
        let former = terms
        terms = Terms(
            new.configuration, loop: loop, multi: multi, control: control, pluginSocket: pluginSocket, replacing: former
        )
        former.retire(for: terms)
        points.rename(PointNames(new.configuration))
        if new.decidesLike(old) {
            if case .file(let directory) = new.accounts { authenticator.replace(directory: directory) }
        } else {
            authenticator = new.makeAuthenticator()
            accounts = new.makeLookup(loop: loop, control: control)
        }
        // What was asked about them is asked again, by the new rules.
        waiting = waiting.filter { !$0.value.awaitsDecision }
        for connection in Array(connections.values) { connection.settingsChanged() }
    }

    var clientCount: Int { connections.count }

    // MARK: For connections

    func nextRequestID() -> RequestID {
        var source = requestIDs
        let id = source.next(unixSeconds: loop.unixMilliseconds / 1000)
        requestIDs = source
        return id
    }

    /// Has a password compared; false where too many wait already.
    func verify(_ check: PasswordCheck, for connection: ProxyConnection) -> Bool {
        let ticket = ticket(for: connection)
        let mailbox = mailbox
        let isSubmitted = setting.passwords.submit(check) { mailbox.post(.verdict(ticket: ticket, check, $0)) }
        if !isSubmitted { waiting[ticket] = nil }
        return isSubmitted
    }

    /// The decision of Luna-Accounts, where it is known; else `decided` is called when it is.
    func ask(_ question: ServiceQuestion, isRead: Bool, for connection: ProxyConnection) -> Decision? {
        guard let accounts else { preconditionFailure("nobody to ask") }
        let ticket = ticket(for: connection)
        let mailbox = mailbox
        let known = accounts.ask(question, isRead: isRead) { mailbox.post(.answer(ticket: ticket, question, $0)) }
        guard let known else { return nil }
        waiting[ticket] = nil
        return authenticator.accept(question, known, now: loop.unixMilliseconds)
    }

    /// What Luna-Accounts says now about whoever watches a preview, where it is known; else `reviewed` is called.
    func review(_ question: ServiceQuestion, for connection: ProxyConnection) -> DatedDecision? {
        // It was Luna-Accounts that let the viewer in, and it is not asked any more: nothing speaks for the viewer.
        guard let accounts else { return .once(.unauthenticated(.unknownAccount)) }
        let ticket = ticket(for: connection)
        let mailbox = mailbox
        let known = accounts.ask(question, isRead: true) { mailbox.post(.review(ticket: ticket, question, $0)) }
        if known != nil { waiting[ticket] = nil }
        return known
    }

    private func ticket(for connection: ProxyConnection) -> UInt64 {
        nextTicket += 1
        waiting[nextTicket] = connection
        return nextTicket
    }

    /// Has a request for the accounts' own resources carried out; false where too many wait already.
    func answer(_ request: TokensRequest, on connection: ProxyConnection) -> Bool {
        let ticket = ticket(for: connection)
        let mailbox = mailbox
        let isSubmitted = setting.tokens.submit(request) { mailbox.post(.tokens(ticket: ticket, $0)) }
        if !isSubmitted { waiting[ticket] = nil }
        return isSubmitted
    }

    /// A preview was cut since its viewer may no longer watch.
    func noteCut(_ requestID: RequestID, _ route: Route, _ denial: Denial) {
        note(requestID, route, "cut, the viewer may no longer watch: \(ErrorAnswer(.denied(denial)).code)")
    }

    /// An answer had to be cut short: the client can't be told, so the operator is.
    func note(_ failure: UpstreamFailure, on route: Route, _ requestID: RequestID) {
        note(requestID, route, "answer cut short: \(failure.detail)")
    }

    private func note(_ requestID: RequestID, _ route: Route, _ text: String) {
        var id: [UInt8] = []
        requestID.append(to: &id)
        OperatorNotes.write("\(String(decoding: id, as: UTF8.self)) \(route.name): \(text)\n")
    }

    func closed(_ connection: ProxyConnection) {
        connections[ObjectIdentifier(connection)] = nil
        if drainEnd != nil, connections.isEmpty { loop.stop() }
    }

    // MARK: The end

    private func drain(_ deadline: Interval) {
        guard drainEnd == nil else { return }
        listener?.closeDescriptor()
        let end = DrainEnd(loop: loop)
        end.setDeadline(loop.now.advanced(by: deadline))
        drainEnd = end
        for connection in Array(connections.values) { connection.drain() }
        if connections.isEmpty { loop.stop() }
    }
}

/// Stops the loop when draining has taken long enough.
private final class DrainEnd: EventSource {
    init(loop: EventLoop) {
        super.init(descriptor: -1, loop: loop)
        open([])
    }

    override func deadlinePassed() {
        loop.stop()
    }
}
