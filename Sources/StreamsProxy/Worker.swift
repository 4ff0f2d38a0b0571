import Auth
import HTTPCore

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

    let index: Int
    let desk: MetricsDesk
    let pluginHost: PluginHost
    var overloadNotes = OverloadNotes()
    lazy var reception = Reception(loop: loop, setting.allowance) { [unowned self] in note($0) }
    lazy var introductions = Introductions(
        loop: loop, welcome: { [unowned self] in welcome($0, $1) }, ended: { [unowned self] in introductionEnded($0) })
    private let multi: CurlMulti
    private let control: ControlClient
    var setting: WorkerSetting
    /// What the next client is shown.
    var identity: TLSIdentity? { setting.identity }
    /// Nil where the accounts file decides.
    var accounts: AccountsLookup?
    let mailbox: Mailbox<WorkerMessage>
    private var mailboxSource: MailboxSource<WorkerMessage>?
    var listeners: [Listener] = []
    var areListenersShared = false
    var requestIDs = RequestIDSource()
    lazy var exchanges = ProxyExchanges(self)
    var clients = ClientRoster<ClientTransport>()
    /// Those who watch something, by the account that they do it by.
    var watched = AccountRoster<ProxyExchange>()
    /// Requests that wait for what is done elsewhere: a password compared, a token made.
    var waiting: [UInt64: ProxyExchange] = [:]
    var nextTicket: UInt64 = 0
    var drain: Drain?
    let openCalls = OpenCalls()
    var viewers = ViewerCensus<ProxyExchange>()

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
        exchanges.forgetAll()
    }

    private func receive(_ message: WorkerMessage) {
        switch message {
        case .verdict(let ticket, let check, let verdict):
            let decision = authenticator.accept(check, verdict, now: loop.unixMilliseconds)
            waiting.removeValue(forKey: ticket)?.decided(decision)
        case .issued(let ticket, let token, let decision, let pool):
            let exchange = waiting.removeValue(forKey: ticket)
            // By issuers of the settings before: whoever waits has been decided on anew.
            guard pool === signatures else { return }
            exchange?.decided(issued: authenticator.accept(issued: token, decision, now: loop.unixMilliseconds))
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
        exchanges.forgetAll()
        for client in clients.all { client.adopt(terms.server) }
        visitExchanges { $0.settingsChanged() }
    }

    /// All that was counted, and the levels of this moment.
    private var counters: Counters {
        var counters = ledger.counters
        counters[.openConnections] = clients.all.count
        counters[.upstreamIdle] = terms.idleCount
        counters[.decisionsRemembered] = authenticator.cacheCount
        counters[.accountsQuestions] &+= accounts?.questionCount ?? 0
        for client in clients.all {
            counters[.bytesFromClients] &+= client.bytesReceived
            counters[.bytesToClients] &+= client.bytesSent
        }
        visitExchanges { $0.add(to: &counters) }
        return counters
    }
}
