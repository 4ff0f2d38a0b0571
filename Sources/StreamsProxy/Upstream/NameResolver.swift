import Dispatch
import HTTPCore

/// Asks the system for the addresses of names, on threads of its own, once however many wait for an answer. libcurl would
/// take a thread for each connection, and remember what it heard for a minute.
final class NameResolver {
    private struct Answer: Sendable {
        let host: NamedHost
        let addresses: NameMemory.Addresses
    }

    private final class Question {
        /// Of its own: a name that takes long must not hold up another.
        let queue: DispatchQueue
        var waiting: [(NameMemory.Addresses) -> Void] = []

        init(_ host: NamedHost) { queue = DispatchQueue(label: "name-\(host.name)") }
    }

    private let loop: EventLoop
    private let mailbox: Mailbox<Answer>
    private var source: MailboxSource<Answer>?
    private var memory = NameMemory()
    private var questions: [NamedHost: Question] = [:]

    init(loop: EventLoop) throws(SystemError) {
        self.loop = loop
        mailbox = try Mailbox()
        source = MailboxSource(mailbox, loop: loop) { [unowned self] in answered($0) }
    }

    func shutDown() {
        questions = [:]
        source?.closeDescriptor()
        source = nil
    }

    /// What is known; nil where `ask` has to be called.
    func addresses(of host: NamedHost) -> NameMemory.Addresses? { memory.addresses(of: host, at: loop.now) }

    /// `completion` hears what the system says, nothing where it knows no address; never from within this call.
    func ask(_ host: NamedHost, completion: @escaping (NameMemory.Addresses) -> Void) {
        if let question = questions[host] {
            question.waiting.append(completion)
            return
        }
        let question = Question(host)
        question.waiting = [completion]
        questions[host] = question
        let (mailbox, now) = (mailbox, loop.now)
        question.queue.async {
            mailbox.post(Answer(host: host, addresses: NameMemory.Addresses(host.addresses, since: now)))
        }
    }

    private func answered(_ answer: Answer) {
        guard let question = questions.removeValue(forKey: answer.host) else { return }
        memory.remember(answer.addresses, of: answer.host)
        for completion in question.waiting { completion(answer.addresses) }
    }

    /// With these nobody could connect.
    func doubt(_ host: NamedHost, _ addresses: NameMemory.Addresses) { memory.doubt(host, addresses) }

    func forgetAll() { memory.forgetAll() }
}
