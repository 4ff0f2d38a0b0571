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
    /// Take no more clients; end when the last is served, or at the deadline.
    case drain(deadline: Interval)
}

/// What all workers share: values, and the pool that hashes for all of them.
struct WorkerSetting: Sendable {
    let configuration: Configuration
    let accounts: AccountsSource
    let passwords: PasswordPool
    let tokens: TokensQueue
    let mailbox: Mailbox<WorkerMessage>
}

/// One event loop and all that lives on it: listener, clients, connections to Luna-Streams, decisions. It is made and
/// used on its own thread; its mailbox is the only way in.
final class Worker {
    let loop: EventLoop
    let serverSettings: ServerSettings
    let timeouts: ExchangeTimeouts
    /// How often whoever watches a preview is decided on again.
    let reviewInterval: Interval
    /// How long a preview runs on while it can't be found out whether its viewer may still watch.
    let reviewGrace: Interval
    let admission: Admission
    let forwarding: Forwarding
    let authenticator: Authenticator
    let pool = UpstreamPool()
    let connector: Connector
    let owners: OwnershipLookup
    let resources: OwnResources

    private let multi: CurlMulti
    /// Nil where the accounts file decides.
    private let accounts: AccountsLookup?
    private let passwords: PasswordPool
    private let tokens: TokensQueue
    private let mailbox: Mailbox<WorkerMessage>
    private var mailboxSource: MailboxSource<WorkerMessage>?
    private var listener: Listener?
    private var requestIDs = RequestIDSource()
    private var connections: [ObjectIdentifier: ProxyConnection] = [:]
    /// Connections whose request waits for what is done elsewhere: a password compared, a token made.
    private var waiting: [UInt64: ProxyConnection] = [:]
    private var nextTicket: UInt64 = 0
    private var drainEnd: DrainEnd?

    init(_ setting: WorkerSetting) throws(SystemError) {
        let configuration = setting.configuration
        loop = try EventLoop()
        serverSettings = ServerSettings(configuration)
        timeouts = ExchangeTimeouts(configuration.timeouts)
        reviewInterval = Interval(configuration.liveReview)
        reviewGrace = Interval(configuration.liveGrace)
        admission = Admission(configuration)
        forwarding = Forwarding(configuration)
        multi = try CurlMulti(loop: loop)
        let control = ControlClient(multi: multi)
        let cache = Authenticator.CacheSettings(configuration.decisionCache)
        switch setting.accounts {
        case .file(let directory):
            authenticator = Authenticator(
                directory: directory, allowsAccountHeader: configuration.allowsAccountHeader,
                issuers: configuration.tokenIssuers, cache: cache)
            accounts = nil
        case .service(let table, let contract):
            authenticator = Authenticator(
                serviceAllowingAccountHeader: configuration.allowsAccountHeader, cache: cache)
            accounts = AccountsLookup(loop: loop, control: control, table: table, contract: contract)
        }
        connector = Connector(loop: loop, multi: multi, address: configuration.upstream)
        owners = OwnershipLookup(loop: loop, control: control, configuration)
        resources = OwnResources(isLunaStreamsActive: configuration.isLunaStreamsActive)
        passwords = setting.passwords
        tokens = setting.tokens
        mailbox = setting.mailbox
    }

    /// Serves clients of `socket` until it is told to drain and has done so.
    func run(_ socket: consuming ListeningSocket) {
        mailboxSource = MailboxSource(mailbox, loop: loop) { [unowned self] in receive($0) }
        listener = Listener(socket, loop: loop) { [unowned self] descriptor, peer in
            let connection = ProxyConnection(descriptor: descriptor, peer: peer, worker: self)
            connections[ObjectIdentifier(connection)] = connection
        }
        loop.run()
        for connection in Array(connections.values) { connection.abort() }
        listener?.closeDescriptor()
        mailboxSource?.closeDescriptor()
        drainEnd?.closeDescriptor()
        pool.closeAll()
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
            for connection in Array(connections.values) { connection.reviewViewer() }
        case .drain(let deadline):
            drain(deadline)
        }
    }

    // MARK: For connections

    func nextRequestID() -> RequestID {
        requestIDs.next(unixSeconds: loop.unixMilliseconds / 1000)
    }

    /// Has a password compared; false where too many wait already.
    func verify(_ check: PasswordCheck, for connection: ProxyConnection) -> Bool {
        let ticket = ticket(for: connection)
        let mailbox = mailbox
        let isSubmitted = passwords.submit(check) { mailbox.post(.verdict(ticket: ticket, check, $0)) }
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
        guard let accounts else { preconditionFailure("nobody to ask") }
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
        let isSubmitted = tokens.submit(request) { mailbox.post(.tokens(ticket: ticket, $0)) }
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
