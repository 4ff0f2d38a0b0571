package import Auth
internal import HTTPCore

/// Who has the accounts, as all workers share it.
package enum AccountsSource: Sendable {
    /// The accounts file, as it was read last.
    case file(AccountDirectory)
    /// Luna-Accounts: what it said lately, and how it is asked.
    case service(DecisionTable, AccountsContract)
}

/// Puts one worker's questions to Luna-Accounts, where no other worker has put the same.
final class AccountsLookup {
    private let loop: EventLoop
    private let control: ControlClient
    private let table: DecisionTable
    private let contract: AccountsContract
    /// Of other workers, too, somebody may wait for these.
    private var asked: Set<CredentialDigest> = []
    /// How many questions were put.
    private(set) var questionCount = 0
    private var lastNote = Instant(nanoseconds: 0)

    init(loop: EventLoop, control: ControlClient, table: DecisionTable, contract: AccountsContract) {
        self.loop = loop
        self.control = control
        self.table = table
        self.contract = contract
    }

    /// The decision, if there is one; else `waiter` is called once, on any thread. `isRead`: it is wanted for reading
    /// only.
    func ask(
        _ question: ServiceQuestion, isRead: Bool, waiter: @escaping DecisionTable.Waiter
    ) -> DatedDecision? {
        switch table.ask(question.digest, isRead: isRead, now: loop.unixMilliseconds, waiter: waiter) {
        case .decided(let decision):
            return decision
        case .waiting:
            return nil
        case .mustAsk:
            asked.insert(question.digest)
            questionCount &+= 1
            control.send(contract.request(question)) { [self] in answered(question, $0) }
            return nil
        }
    }

    private func answered(_ question: ServiceQuestion, _ answer: ControlAnswer) {
        asked.remove(question.digest)
        let now = loop.unixMilliseconds
        let decision = contract.decision(question, answer, now: now)
        switch table.complete(question.digest, decision, now: now) {
        case .none: break
        case .down:
            OperatorNotes.write(
                .error, of: .accounts, "Luna-Accounts can't be reached: \(Self.reason(answer))",
                advice: "see LUNA_ACCOUNTS_ADDRESS and `streams-proxy check --probe`")
        case .up: OperatorNotes.write(.warning, of: .accounts, "Luna-Accounts answers again")
        }
        if decision == .unavailable(.accountsUnreadable) { noteUnreadable(answer) }
    }

    /// At most every ten seconds: whoever sends odd credentials must not fill the log.
    private func noteUnreadable(_ answer: ControlAnswer) {
        guard lastNote <= loop.now else { return }
        lastNote = loop.now.advanced(by: Interval(.seconds(10)))
        OperatorNotes.write(
            .error, of: .accounts, "an answer of Luna-Accounts can't be understood: \(Self.reason(answer))",
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
        for digest in asked { table.complete(digest, .unavailable(.overloaded), now: loop.unixMilliseconds) }
        asked = []
    }
}
