import Auth
import HTTPCore

/// What a worker is told from other threads.
enum WorkerMessage: Sendable {
    /// A password has been compared for the connection that waits under this number.
    case verdict(ticket: UInt64, PasswordCheck, PasswordVerdict)
    /// The signature of an issuer's token has been checked for the connection that waits under this number, by this pool.
    case issued(ticket: UInt64, ServiceQuestion, Decision, by: SignaturePool)
    /// Luna-Accounts has said who the connection's client is, or could not.
    case answer(ticket: UInt64, ServiceQuestion, DatedDecision)
    /// A question to Luna-Accounts that waited has its turn; of this table.
    case question(ServiceQuestion, DecisionTable)
    /// The same as an answer, about somebody who watches a preview.
    case review(ticket: UInt64, ServiceQuestion, DatedDecision)
    /// A request for the accounts' own resources has been carried out.
    case tokens(ticket: UInt64, TokensAnswer)
    /// These accounts are not as they were; nil: none may be.
    case accountsChanged(Set<UniqueID>?)
    /// Tell what has been counted.
    case count(inquiry: UInt64)
    /// The metrics that the connection asked for; nil where some worker did not tell.
    case metrics(ticket: UInt64, [UInt8]?)
    /// The settings have been read anew; `taken` is called once they are in force.
    case setting(WorkerSetting, taken: @Sendable () -> Void)
    /// Something about the Python plugins has changed.
    case plugins(PluginHostView)
    /// End as the settings say, when the last client is served or the time is over.
    case drain
    /// Whether the loop still turns.
    case ping(@Sendable () -> Void)
}

/// One worker's place among all.
struct WorkerPlace: Sendable {
    let index: Int
    let mailbox: Mailbox<WorkerMessage>
    /// Adds up what the workers count.
    let desk: MetricsDesk
}

/// One event loop and all that lives on it: listener, clients, connections to Luna-Streams, decisions. It is made and
/// used on its own thread; its mailbox is the only way in.
final class Worker {
    let loop: EventLoop
    /// What new requests are served by.
    private(set) var terms: Terms
    private var decider: Authenticator
    /// Who decides, by the accounts of now: also while the message that they have changed is still on its way.
    var authenticator: Authenticator {
        if let new = setting.board?.directory(otherThan: decider.directory.generation) {
            decider.replace(directory: new)
        }
        return decider
    }
    private(set) var plugins: PluginHostView
    /// Monitoring points for event plugins.
    let points: PointRecorder
    let ledger: Ledger

    private let index: Int
    private let desk: MetricsDesk
    private let pluginHost: PluginHost
    private var overloadNotes = OverloadNotes()
    private lazy var reception = Reception(loop: loop, setting.allowance) { [unowned self] in note($0) }
    private lazy var introductions = Introductions(
        loop: loop, welcome: { [unowned self] in welcome($0, $1) }, ended: { [unowned self] in introductionEnded($0) })
    private let multi: CurlMulti
    private let control: ControlClient
    private var setting: WorkerSetting
    /// What the next client is shown.
    var identity: TLSIdentity? { setting.identity }
    /// Nil where the accounts file decides.
    private var accounts: AccountsLookup?
    private let mailbox: Mailbox<WorkerMessage>
    private var mailboxSource: MailboxSource<WorkerMessage>?
    private var listeners: [Listener] = []
    private var areListenersShared = false
    private var requestIDs = RequestIDSource()
    private var clients = ClientRoster<ProxyConnection>()
    /// Those who watch something, by the account that they do it by.
    private var watched = AccountRoster<ProxyConnection>()
    /// Connections whose request waits for what is done elsewhere: a password compared, a token made.
    private var waiting: [UInt64: ProxyConnection] = [:]
    private var nextTicket: UInt64 = 0
    private var drain: Drain?
    let openCalls = OpenCalls()
    var viewers = ViewerCensus<ProxyConnection>()

    init(
        _ place: WorkerPlace, _ setting: WorkerSetting, _ plugins: PluginHost, on loop: EventLoop
    ) throws(SystemError) {
        index = place.index
        desk = place.desk
        self.loop = loop
        multi = try CurlMulti(loop: loop)
        pluginHost = plugins
        control = ControlClient(multi: multi)
        terms = Terms(
            setting.configuration, loop: loop, multi: multi, control: control, pluginSocket: plugins.folder.socket,
            replacing: nil)
        decider = setting.makeAuthenticator()
        self.plugins = PluginHostView(setting.configuration.pluginHost)
        points = PointRecorder(loop: loop, host: plugins, names: PointNames(setting.configuration))
        accounts = setting.makeLookup(loop: loop, control: control, mailbox: place.mailbox)
        ledger = Ledger(loop: loop, log: setting.log)
        self.setting = setting
        mailbox = place.mailbox
        loop.buffered.setBounds(terms.bufferBounds)
    }

    /// Serves clients of the sockets until it is told to drain and has done so. `areShared`: other processes have them
    /// too.
    func run(_ sockets: [Int32], areShared: Bool) {
        open(sockets, areShared: areShared)
        loop.run()
        close()
    }

    func open(_ sockets: [Int32], areShared: Bool) {
        mailboxSource = MailboxSource(mailbox, loop: loop) { [unowned self] in receive($0) }
        areListenersShared = areShared
        listeners = sockets.map { socket in
            Listener(
                ListeningSocket(adopting: socket), loop: loop, accept: { [unowned self] in receive($0, from: $1) },
                makeRoom: { [unowned self] in makeRoom() },
                turnAway: { [unowned self] in reception.turnAway($0, nextRequestID(), isPlain: identity == nil) })
        }
    }

    func close() {
        for connection in clients.all { connection.abort() }
        reception.closeAll()
        introductions.closeAll()
        for listener in listeners { listener.closeDescriptor() }
        mailboxSource?.closeDescriptor()
        points.handOver()
        points.closeDescriptor()
        drain?.closeDescriptor()
        terms.retirePools()
        accounts?.shutDown()
        multi.shutDown()
        ledger.shutDown()
        desk.end(counters, of: index)
    }

    /// Somebody has connected: a client, or a proxy that first says whose connection this is.
    private func receive(_ descriptor: Int32, from peer: SocketAddress) {
        guard terms.proxies.introduceClients, terms.proxies.contains(peer) else {
            welcome(descriptor, peer)
            return
        }
        let hasRoom = reception.hasRoom(beside: connectionCount, watching: viewers.count) { [unowned self] in
            makeRoom()
        }
        guard hasRoom else {
            reception.refuse(descriptor, .connections, nextRequestID(), isPlain: identity == nil)
            return
        }
        let isEnding = drain.map { $0.step != .noticing } ?? false
        let settings = terms.server.settings
        introductions.begin(
            descriptor, peer, patience: isEnding ? settings.endingIdleTimeout : settings.firstByteTimeout)
    }

    private func introductionEnded(_ fault: ProxyHeader.Fault?) {
        if fault != nil { ledger.count { $0[.proxyHeadersRefused] &+= 1 } }
        drain?.stopIfDone()
    }

    private var connectionCount: Int { clients.all.count + introductions.count }

    private func welcome(_ descriptor: Int32, _ peer: SocketAddress) {
        let overload = reception.overload(
            peer, beside: connectionCount, watching: viewers.count, isProxy: terms.proxies.contains(peer)
        ) { [unowned self] in makeRoom() }
        if let overload {
            reception.refuse(descriptor, overload, nextRequestID(), isPlain: identity == nil)
            return
        }
        let connection = ProxyConnection(descriptor: descriptor, peer: peer, worker: self)
        clients.add(connection)
        ledger.count { $0[.acceptedConnections] &+= 1 }
        switch drain?.step {
        case nil: break
        case .noticing: connection.announceEnd()
        case .arriving, .serving, .ending: connection.drain()
        }
    }

    /// Lets the client go that has been idle longest; false where none is.
    private func makeRoom() -> Bool {
        for client in clients.idle() where client.giveWay() {
            ledger.count { $0[.idleClosed] &+= 1 }
            return true
        }
        return false
    }

    /// Whether another connection to an upstream can be had. Where it can't, what is idle gives way to it.
    func hasDescriptor() -> Bool {
        loop.descriptorCount < reception.allowance.descriptors || terms.discardOldestIdle() || makeRoom()
    }

    /// Whether one viewer more would take what is left for short calls.
    func lacksRoomForViewer() -> Bool {
        let allowance = reception.allowance
        while allowance.isFull(viewers: viewers.count, open: loop.descriptorCount) {
            // Of viewers there are enough, whatever is idle.
            guard viewers.count < allowance.viewers, terms.discardOldestIdle() else { return true }
        }
        return false
    }

    private func receive(_ message: WorkerMessage) {
        switch message {
        case .verdict(let ticket, let check, let verdict):
            let decision = authenticator.accept(check, verdict, now: loop.unixMilliseconds)
            waiting.removeValue(forKey: ticket)?.decided(decision)
        case .issued(let ticket, let token, let decision, let pool):
            let connection = waiting.removeValue(forKey: ticket)
            // By issuers of the settings before: whoever waits has been decided on anew.
            guard pool === signatures else { return }
            connection?.decided(issued: authenticator.accept(issued: token, decision, now: loop.unixMilliseconds))
        case .answer(let ticket, let question, let answer):
            let decision = authenticator.accept(question, answer, now: loop.unixMilliseconds)
            waiting.removeValue(forKey: ticket)?.decided(decision)
        case .question(let question, let table):
            if let accounts, accounts.table === table {
                accounts.put(question)
            } else {
                // Luna-Accounts was to be asked in a way that the settings no longer name.
                table.complete(question.digest, .unavailable(.overloaded), now: loop.unixMilliseconds)
            }
        case .review(let ticket, let question, let answer):
            waiting.removeValue(forKey: ticket)?.reviewed(question, answer)
        case .tokens(let ticket, let answer):
            waiting.removeValue(forKey: ticket)?.respond(answer)
        case .accountsChanged(let accounts):
            watched.forEach(of: accounts) { $0.accountsChanged() }
        case .count(let inquiry):
            desk.tell(counters, of: index, inquiry: inquiry)
        case .metrics(let ticket, let text):
            waiting.removeValue(forKey: ticket)?.respond(metrics: text)
        case .setting(let setting, let taken):
            take(setting)
            taken()
        case .plugins(let view):
            plugins = view
            points.setWanted(view.wantsPoints)
        case .drain:
            beginDrain()
        case .ping(let answer):
            answer()
        }
    }

    /// New requests are served by the new settings, those under way end under the terms that they began with. Who may
    /// pass is decided by the new ones at once, for whoever waits for a decision or watches a preview too.
    private func take(_ new: WorkerSetting) {
        let old = setting
        setting = new
        let former = terms
        ledger.follow(new.log)
        multi.forgetNames()
        terms = Terms(
            new.configuration, loop: loop, multi: multi, control: control, pluginSocket: pluginHost.folder.socket,
            replacing: former)
        former.retire(for: terms)
        loop.buffered.setBounds(terms.bufferBounds)
        points.rename(PointNames(new.configuration))
        reception.allowance = new.allowance
        if !new.decidesLike(old) {
            decider = new.makeAuthenticator()
            let questions = accounts?.questionCount ?? 0
            ledger.count { $0[.accountsQuestions] &+= questions }
            accounts = new.makeLookup(loop: loop, control: control, mailbox: mailbox)
        }
        // What was asked about them is asked again, by the new rules.
        waiting = waiting.filter { !$0.value.awaitsDecision }
        for connection in clients.all { connection.settingsChanged() }
    }

    var clientCount: Int { clients.all.count }

    // MARK: For connections

    func nextRequestID() -> RequestID {
        var source = requestIDs
        let id = source.next(unixSeconds: loop.unixMilliseconds / 1000)
        requestIDs = source
        return id
    }

    /// Somebody was refused since a bound is reached.
    func note(_ overload: Overload) {
        ledger.count { $0.count(overload) }
        guard let message = overloadNotes.message(overload, at: loop.now) else { return }
        OperatorNotes.write(.warning, of: .proxy, message)
    }

    /// Has a password compared; else why it can't be.
    func verify(_ check: PasswordCheck, for connection: ProxyConnection) -> Decision? {
        let ticket = ticket(for: connection)
        let mailbox = mailbox
        let submission = setting.passwords.submit(check, from: connection.client.address.network) {
            mailbox.post(.verdict(ticket: ticket, check, $0))
        }
        switch submission {
        case .taken: return nil
        case .full:
            waiting[ticket] = nil
            return .unavailable(.overloaded)
        case .guessing(let seconds):
            waiting[ticket] = nil
            return .unavailable(.guessing(seconds: seconds))
        }
    }

    /// Where the issuers of now have their tokens' signatures checked.
    var signatures: SignaturePool { setting.signatures }

    /// Has the signature of another issuer's token checked; else why it can't be.
    func checkSignature(of token: ServiceQuestion, for connection: ProxyConnection) -> Decision? {
        submit(token, for: connection) { [signatures] in .issued(ticket: $0, token, $1, by: signatures) }
    }

    /// The same for whoever watches a preview: `reviewed` is called.
    func reviewSignature(of token: ServiceQuestion, for connection: ProxyConnection) -> DatedDecision? {
        submit(token, for: connection) { .review(ticket: $0, token, .once($1)) }.map { .once($0) }
    }

    private func submit(
        _ token: ServiceQuestion, for connection: ProxyConnection,
        message: @escaping @Sendable (UInt64, Decision) -> WorkerMessage
    ) -> Decision? {
        let ticket = ticket(for: connection)
        let mailbox = mailbox
        let isTaken = signatures.submit(
            token, from: connection.client.address.network, now: loop.unixMilliseconds
        ) { mailbox.post(message(ticket, $0)) }
        guard !isTaken else { return nil }
        waiting[ticket] = nil
        return .unavailable(.overloaded)
    }

    /// The decision of Luna-Accounts, where it is known; else `decided` is called when it is.
    func ask(_ question: ServiceQuestion, isRead: Bool, for connection: ProxyConnection) -> Decision? {
        guard let accounts else { preconditionFailure("nobody to ask") }
        let ticket = ticket(for: connection)
        let mailbox = mailbox
        let known = accounts.ask(question, isRead: isRead, from: connection.client.address.network) {
            mailbox.post(.answer(ticket: ticket, question, $0))
        }
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
        let known = accounts.ask(question, isRead: true, from: connection.client.address.network) {
            mailbox.post(.review(ticket: ticket, question, $0))
        }
        if known != nil { waiting[ticket] = nil }
        return known
    }

    private func ticket(for connection: ProxyConnection) -> UInt64 {
        nextTicket += 1
        waiting[nextTicket] = connection
        return nextTicket
    }

    func watches(_ connection: ProxyConnection, by account: UniqueID) { watched.add(connection, of: account) }

    func watchesNoMore(_ connection: ProxyConnection, by account: UniqueID) { watched.remove(connection, of: account) }

    /// Has a request for the accounts' own resources carried out, at once where it only reads; false where too many wait already.
    func answer(_ request: TokensRequest, on connection: ProxyConnection) -> Bool {
        if !request.changes {
            connection.respond(TokensAPI.answer(request, from: authenticator.directory))
            return true
        }
        let ticket = ticket(for: connection)
        let mailbox = mailbox
        // A service may have got the accounts while the content came.
        let isSubmitted = setting.tokens?.submit(request) { mailbox.post(.tokens(ticket: ticket, $0)) } ?? false
        if !isSubmitted { waiting[ticket] = nil }
        return isSubmitted
    }

    /// `connection` is answered when all workers have told what they count.
    func askForMetrics(for connection: ProxyConnection) {
        let configuration = setting.configuration
        var frame = MetricsFrame(
            mount: configuration.mount, extraLabels: configuration.metrics.extraLabels, log: setting.log,
            plugins: PluginFigures(
                plugins: plugins.figures.plugins, hostRestarts: plugins.figures.hostRestarts,
                lostPoints: pluginHost.lostPoints))
        frame.files = desk.files.figures
        frame.certificateEnd = setting.identity?.certificate.ends
        desk.ask(by: index, ticket: ticket(for: connection), frame)
    }

    /// All that was counted, and the levels of this moment.
    private var counters: Counters {
        var counters = ledger.counters
        counters[.openConnections] = clients.all.count
        counters[.upstreamIdle] = terms.idleCount
        counters[.decisionsRemembered] = authenticator.cacheCount
        counters[.accountsQuestions] &+= accounts?.questionCount ?? 0
        for connection in clients.all { connection.add(to: &counters) }
        return counters
    }

    func closed(_ connection: ProxyConnection) {
        ledger.count {
            $0[.bytesFromClients] &+= connection.bytesReceived
            $0[.bytesToClients] &+= connection.bytesSent
        }
        clients.remove(connection)
        reception.left(connection.peer)
        drain?.stopIfDone()
    }

    // MARK: The end

    /// Whether new clients had better go elsewhere.
    var isDraining: Bool { drain != nil }

    private func beginDrain() {
        guard drain == nil else { return }
        let http = setting.configuration.http
        drain = Drain(self, delay: Interval(http.drainDelay), timeout: Interval(http.drainTimeout))
        for connection in clients.all { connection.announceEnd() }
    }

    /// Nobody is served any more.
    var isDeserted: Bool { connectionCount == 0 }

    /// No connection is begun any more; whether some may still be on their way.
    func turnAway() -> Bool {
        // Sockets that others have too go on to fill: whoever takes over serves who waits there.
        guard !areListenersShared else { return false }
        var waits = false
        for listener in listeners where listener.stopHandshakes() { waits = true }
        return waits
    }

    /// False where somebody waits who can't be taken yet.
    func closeListeners() -> Bool {
        if !areListenersShared {
            for listener in listeners where !listener.acceptAll() { return false }
        }
        for listener in listeners { listener.closeDescriptor() }
        listeners = []
        return true
    }

    /// Idle connections close, others after their answer.
    func connectionsEnd() {
        introductions.hurry(terms.server.settings.endingIdleTimeout)
        for connection in clients.all { connection.drain() }
    }

    func endPreviews() {
        for connection in clients.all { connection.endPreview() }
    }
}
