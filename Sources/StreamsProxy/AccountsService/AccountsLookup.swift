package import Auth
internal import HTTPCore

/// Who has the accounts, as all workers share it.
package enum AccountsSource: Sendable {
    /// The accounts file, as it was read last.
    case file(AccountDirectory)
    /// Luna-Accounts: what it said lately, and how it is asked.
    case service(DecisionTable, AccountsContract)
}

/// Puts one worker's questions to Luna-Accounts, where no other worker has put the same, and our own: whether it is there.
final class AccountsLookup {
    private let loop: EventLoop
    private let control: ControlClient
    private let mailbox: Mailbox<WorkerMessage>
    let table: DecisionTable
    private let contract: AccountsContract
    private var isProbing = false
    /// How many questions were put.
    private(set) var questionCount = 0
    private var lastNote = Instant(nanoseconds: 0)

    init(
        loop: EventLoop, control: ControlClient, mailbox: Mailbox<WorkerMessage>, table: DecisionTable,
        contract: AccountsContract
    ) {
        self.loop = loop
        self.control = control
        self.mailbox = mailbox
        self.table = table
        self.contract = contract
    }

    /// The decision, if there is one; else `waiter` is called once, on any thread. `isRead`: it is wanted for reading
    /// only.
    func ask(
        _ question: ServiceQuestion, isRead: Bool, from network: ClientNetwork,
        waiter: @escaping DecisionTable.Waiter
    ) -> DatedDecision? {
        let asker = DecisionTable.Asker(network: network, owner: ObjectIdentifier(self)) { [mailbox, table] in
            mailbox.post(.question(question, table))
        }
        let step = table.ask(
            question.digest, isRead: isRead, by: asker, now: loop.unixMilliseconds, waiter: waiter)
        probe()
        switch step {
        case .decided(let decision):
            return decision
        case .waiting:
            return nil
        case .mustAsk:
            put(question)
            return nil
        }
    }

    /// Its turn has come.
    func put(_ question: ServiceQuestion) {
        questionCount &+= 1
        control.send(contract.request(question)) { [self] in answered(question, $0) }
    }

    private func answered(_ question: ServiceQuestion, _ answer: ControlAnswer) {
        let now = loop.unixMilliseconds
        let decision = contract.decision(question, answer, now: now)
        note(table.complete(question.digest, decision, now: now), answer)
        switch decision {
        case .unavailable(.accountsUnreadable), .unavailable(.accountsFailing): noteTrouble(decision, answer)
        case .allowed, .unauthenticated, .forbidden, .unavailable, .malformed: break
        }
        probe()
    }

    /// Asks whether it is there, where that is in doubt.
    private func probe() {
        guard table.beginProbe(now: loop.unixMilliseconds) else { return }
        isProbing = true
        control.send(contract.probe) { [self] answer in
            isProbing = false
            note(table.endProbe(answers: contract.isThere(answer), now: loop.unixMilliseconds), answer)
        }
    }

    private func note(_ change: DecisionTable.Change, _ answer: ControlAnswer) {
        switch change {
        case .none: break
        case .down:
            OperatorNotes.write(
                .error, of: .accounts, "Luna-Accounts can't be reached: \(Self.reason(answer))",
                advice: "see LUNA_ACCOUNTS_ADDRESS and `streams-proxy check --probe`")
        case .up: OperatorNotes.write(.warning, of: .accounts, "Luna-Accounts answers again")
        }
    }

    /// At most every ten seconds: whoever sends odd credentials must not fill the log.
    private func noteTrouble(_ decision: Decision, _ answer: ControlAnswer) {
        guard lastNote <= loop.now else { return }
        lastNote = loop.now.advanced(by: Interval(.seconds(10)))
        let what =
            decision == .unavailable(.accountsFailing)
            ? "Luna-Accounts fails about a credential" : "an answer of Luna-Accounts can't be understood"
        OperatorNotes.write(
            .error, of: .accounts, "\(what): \(Self.reason(answer))",
            advice: "see LUNA_ACCOUNTS_VERIFICATION and `streams-proxy check --probe`")
    }

    /// Nothing of the answer's content: it may speak of the credential.
    static func reason(_ answer: ControlAnswer) -> String {
        switch answer {
        case .answered(let status, let content): "status \(status), \(content.count) bytes"
        case .failed(.unreachable): "refused, or its name does not resolve"
        case .failed(.connectTimeout), .failed(.sockConnectTimeout): "no connection in time"
        case .failed(.requestTimeout), .failed(.silence): "no answer in time"
        case .failed(.disconnected): "the connection ended before the answer"
        case .failed(.tls): "no TLS connection"
        case .failed(.certificate): "its certificate is not valid"
        case .failed(.unreadable(.contentTooLong)): "longer than \(AccountsContract.maximumAnswer) bytes"
        case .failed(.unreadable), .failed(.unaskedUpgrade), .failed(.tooManyInterimAnswers): "no HTTP answer"
        }
    }

    /// The worker ends: nobody is left waiting for what it asked.
    func shutDown() {
        if isProbing { _ = table.endProbe(answers: nil, now: loop.unixMilliseconds) }
        table.abandon(ObjectIdentifier(self), now: loop.unixMilliseconds)
    }
}
