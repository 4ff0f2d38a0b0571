import Dispatch
import HTTPCore
import Synchronization

/// Adds up what the workers count, when somebody asks for the metrics. Each worker is asked through its mailbox and
/// gives a copy of its counters; nobody waits for anybody, and whoever asked is answered when all have told.
final class MetricsDesk: Sendable {
    private struct Inquiry {
        /// Workers that have not told yet.
        var missing: Set<Int>
        var sum: Counters
        let purpose: Purpose
    }

    private enum Purpose {
        /// The text goes to `asker`'s mailbox under `ticket`.
        case text(asker: Int, ticket: UInt64, MetricsFrame)
        case sum(@Sendable (Counters) -> Void)
    }

    private struct State {
        var mailboxes: [Int: Mailbox<WorkerMessage>]
        /// What workers that have ended had counted: a sum must not shrink while the proxy drains.
        var ended = Counters()
        var inquiries: [UInt64: Inquiry] = [:]
        var next: UInt64 = 0
    }

    /// A worker that has not told by then does not turn its loop any more.
    private static let patience = DispatchTimeInterval.seconds(3)

    /// What every text tells of them.
    let files = FollowedFiles(start: MetricsText.startTime)
    private let state: Mutex<State>
    /// The text is written here, and no loop waits for it.
    private let queue = DispatchQueue(label: "metrics", qos: .utility)

    init(_ mailboxes: [Mailbox<WorkerMessage>]) {
        state = Mutex(State(mailboxes: Dictionary(uniqueKeysWithValues: mailboxes.enumerated().map { ($0, $1) })))
    }

    /// Asks all workers; the answer comes to `asker`'s mailbox under `ticket`.
    func ask(by asker: Int, ticket: UInt64, _ frame: MetricsFrame) {
        ask(.text(asker: asker, ticket: ticket, frame))
    }

    /// Asks all workers; `completion` gets the sum on a queue of its own, if all tell it in time.
    func sum(_ completion: @escaping @Sendable (Counters) -> Void) { ask(.sum(completion)) }

    private func ask(_ purpose: Purpose) {
        let (number, mailboxes) = state.withLock { state in
            state.next += 1
            state.inquiries[state.next] = Inquiry(
                missing: Set(state.mailboxes.keys), sum: state.ended, purpose: purpose)
            return (state.next, Array(state.mailboxes.values))
        }
        for mailbox in mailboxes { mailbox.post(.count(inquiry: number)) }
        queue.asyncAfter(deadline: .now() + Self.patience) { [self] in giveUp(number) }
    }

    /// A worker tells. Doing it twice is as doing it once.
    func tell(_ counters: Counters, of worker: Int, inquiry number: UInt64) {
        let complete = state.withLock { state -> Inquiry? in
            guard state.inquiries[number]?.missing.remove(worker) != nil else { return nil }
            state.inquiries[number]?.sum.add(counters)
            guard state.inquiries[number]?.missing.isEmpty == true else { return nil }
            return state.inquiries.removeValue(forKey: number)
        }
        if let complete { answer(complete) }
    }

    /// A worker ends: what it has counted stays.
    func end(_ counters: Counters, of worker: Int) {
        let complete = state.withLock { state -> [Inquiry] in
            guard state.mailboxes.removeValue(forKey: worker) != nil else { return [] }
            state.ended.add(counters)
            var complete: [Inquiry] = []
            for (number, inquiry) in state.inquiries where inquiry.missing.contains(worker) {
                state.inquiries[number]?.missing.remove(worker)
                state.inquiries[number]?.sum.add(counters)
                if state.inquiries[number]?.missing.isEmpty == true,
                    let whole = state.inquiries.removeValue(forKey: number)
                {
                    complete.append(whole)
                }
            }
            return complete
        }
        for inquiry in complete { answer(inquiry) }
    }

    private func answer(_ inquiry: Inquiry) {
        queue.async { [self] in
            switch inquiry.purpose {
            case .text(let asker, let ticket, let frame):
                post(MetricsText(inquiry.sum, frame).bytes, to: asker, ticket)
            case .sum(let completion): completion(inquiry.sum)
            }
        }
    }

    /// Part of a sum would look as if counters had been reset, so there is none.
    private func giveUp(_ number: UInt64) {
        switch state.withLock({ $0.inquiries.removeValue(forKey: number) })?.purpose {
        case .text(let asker, let ticket, _): post(nil, to: asker, ticket)
        case .sum, nil: break
        }
    }

    private func post(_ text: [UInt8]?, to asker: Int, _ ticket: UInt64) {
        let mailbox = state.withLock { $0.mailboxes[asker] }
        mailbox?.post(.metrics(ticket: ticket, text))
    }
}
