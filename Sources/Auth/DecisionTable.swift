internal import Synchronization

/// Decisions of an accounts service, shared by all workers. However many requests of however many workers wait for one
/// credential, one question about it is under way; and while the service is down, one question in a second.
package final class DecisionTable: Sendable {
    package typealias Waiter = @Sendable (DatedDecision) -> Void

    /// Times are in milliseconds.
    package struct Settings: Sendable {
        /// How long an accepted credential needs no new proof. Never past a token's end.
        package var lifetime: Int64 = 10_000
        /// The same of a refused one, and of one that the service answers on in a way that can't be read.
        package var refusalLifetime: Int64 = 1_000
        /// How long past its lifetime an accepted credential still reads while the service says nothing.
        package var staleReads: Int64 = 0
        /// Between two attempts while the service is down.
        package var retryInterval: Int64 = 1_000
        /// Accepted credentials that are remembered; a quarter as many refused ones.
        package var capacity = 4096
        /// Questions under way at once: whoever sends made-up tokens can't have us open connections without end.
        package var questionLimit = 1024

        package init() {}
    }

    /// What comes of asking.
    package enum Step: Sendable, Equatable {
        case decided(DatedDecision)
        /// The waiter will be called.
        case waiting
        /// The waiter will be called too, and it is for the caller to ask the service and call `complete`.
        case mustAsk
    }

    private struct Waiting {
        let isRead: Bool
        let waiter: Waiter
    }

    /// What the end of a question says about the service that was not known before.
    package enum Change: Sendable, Equatable {
        case none
        /// It can't be reached.
        case down
        case up
    }

    /// A question under way.
    private struct Flight {
        var waiters: [Waiting]
        let generation: Int
    }

    private struct State {
        /// Apart from the refused ones: whoever sends a thousand wrong credentials cannot push out the right ones.
        var allowed: DecisionCache
        var refused: DecisionCache
        var flights: [CredentialDigest: Flight] = [:]
        /// The last time that the service was out of reach; nil once it has answered since.
        var lastTrouble: Int64?
        /// Rises when all is forgotten: what was asked before is not remembered.
        var generation = 0
        var questions = 0
    }

    private let state: Mutex<State>
    private let settings: Settings

    package init(_ settings: Settings = .init()) {
        self.settings = settings
        state = Mutex(
            State(
                allowed: DecisionCache(capacity: settings.capacity),
                refused: DecisionCache(capacity: settings.capacity / 4)))
    }

    /// How many questions have been asked.
    package var questionsAsked: Int { state.withLock { $0.questions } }
    /// How many decisions are remembered, and how many questions are under way.
    package var count: (decisions: Int, questions: Int) {
        state.withLock { ($0.allowed.count + $0.refused.count, $0.flights.count) }
    }

    /// Forgets all decisions. Questions under way are answered, and their answers not remembered.
    package func purge() {
        state.withLock { state in
            state.allowed.removeAll()
            state.refused.removeAll()
            state.generation += 1
        }
    }

    /// What is known of the credential at `now` (Unix milliseconds), or who finds out. `isRead`: it is wanted for
    /// reading only. `waiter` is called once, on any thread, unless the answer is `.decided`; then it never is.
    package func ask(
        _ digest: CredentialDigest, isRead: Bool, now: Int64, waiter: @escaping Waiter
    ) -> Step {
        state.withLock { state in
            if let known = state.allowed.find(digest, now: now) { return .decided(known) }
            let stale = isRead ? state.allowed.findStale(digest, now: now) : nil
            if let refusal = state.refused.find(digest, now: now) {
                if case .unavailable = refusal.decision, let stale { return .decided(.once(stale)) }
                return .decided(refusal)
            }
            if state.flights[digest] != nil {
                if state.lastTrouble != nil, let stale { return .decided(.once(stale)) }
                state.flights[digest]?.waiters.append(Waiting(isRead: isRead, waiter: waiter))
                return .waiting
            }
            if let last = state.lastTrouble {
                // A clock that was set back makes the time since negative: no reason to wait for it.
                guard !(0..<settings.retryInterval).contains(now - last) else {
                    return .decided(.once(stale ?? .unavailable(.accountsUnreachable)))
                }
                state.lastTrouble = now
            }
            guard state.flights.count < settings.questionLimit else {
                return .decided(.once(.unavailable(.overloaded)))
            }
            state.flights[digest] = Flight(
                waiters: [Waiting(isRead: isRead, waiter: waiter)], generation: state.generation)
            state.questions += 1
            return .mustAsk
        }
    }

    /// Ends the question that `ask` gave out by `.mustAsk`, and tells all who wait.
    @discardableResult
    package func complete(_ digest: CredentialDigest, _ decision: Decision, now: Int64) -> Change {
        let (waiters, answer, stale, change) = state.withLock { state -> Completion in
            guard let flight = state.flights.removeValue(forKey: digest) else {
                return ([], .once(decision), nil, .none)
            }
            let wasDown = state.lastTrouble != nil
            let end = note(decision, on: digest, now, &state, remembers: flight.generation == state.generation)
            var stale: Decision?
            if case .unavailable = decision { stale = state.allowed.findStale(digest, now: now) }
            let isDown = state.lastTrouble != nil
            let change: Change = wasDown == isDown ? .none : isDown ? .down : .up
            return (flight.waiters, DatedDecision(decision, until: end), stale, change)
        }
        // Not under the lock: whoever is told may ask again at once.
        for waiting in waiters {
            if waiting.isRead, let stale { waiting.waiter(.once(stale)) } else { waiting.waiter(answer) }
        }
        return change
    }

    private typealias Completion = ([Waiting], DatedDecision, stale: Decision?, Change)

    /// Remembers the decision where that is right; gives until when it holds.
    private func note(
        _ decision: Decision, on digest: CredentialDigest, _ now: Int64, _ state: inout State, remembers: Bool
    ) -> Int64 {
        switch decision {
        case .allowed(let principal):
            state.lastTrouble = nil
            state.refused.remove(digest)
            guard remembers else { return .min }
            let last = principal.expires.map(UnixTime.milliseconds) ?? .max
            let end = min(now + settings.lifetime, last)
            state.allowed.store(
                digest, decision, now: now, until: end, staleUntil: min(end + settings.staleReads, last))
            return end
        case .unauthenticated, .forbidden, .malformed:
            state.lastTrouble = nil
            // Or it would still read while the service is down.
            state.allowed.remove(digest)
            guard remembers else { return .min }
            let end = now + settings.refusalLifetime
            state.refused.store(digest, decision, now: now, until: end)
            return end
        case .unavailable(.accountsUnreadable):
            // The service is there, and only this answer of it is of no use: others may still ask.
            state.lastTrouble = nil
            if remembers { state.refused.store(digest, decision, now: now, until: now + settings.retryInterval) }
            return .min
        case .unavailable(.accountsUnreachable):
            state.lastTrouble = now
            return .min
        case .unavailable(.overloaded):
            return .min
        }
    }
}
