internal import HTTPCore
internal import Synchronization

/// Decisions of an accounts service, shared by all workers. However many requests of however many workers wait for one
/// credential, one question about it is under way; networks take turns; and while the service is out of reach only our own
/// question is put to it, once in a second.
package final class DecisionTable: Sendable {
    package typealias Waiter = @Sendable (DatedDecision) -> Void
    package typealias Change = ServiceWatch.Change

    private struct Waiting {
        let isRead: Bool
        let waiter: Waiter
    }

    /// A question that waits for its turn or is under way.
    private struct Flight {
        var waiters: [Waiting]
        let generation: Int
        let entry: QuestionTurns.Entry
        let owner: ObjectIdentifier
        var isUnderWay: Bool
    }

    /// What is to be done when the lock is free: whoever is told may ask again at once.
    private struct Calls {
        var told: [(Waiter, DatedDecision)] = []
        var begins: [@Sendable () -> Void] = []

        func run() {
            for (waiter, decision) in told { waiter(decision) }
            for begin in begins { begin() }
        }
    }

    private struct State {
        /// Apart from the refused ones: whoever sends a thousand wrong credentials cannot push out the right ones.
        var allowed: DecisionCache
        var refused: DecisionCache
        /// Credentials that were accepted lately, and until when that counts: questions about them have room of their own.
        var known = RecentTable<CredentialDigest, Int64>(capacity: 16384)
        var flights: [CredentialDigest: Flight] = [:]
        var turns: QuestionTurns
        var watch: ServiceWatch
        /// Rises when all is forgotten: what was asked before is not remembered.
        var generation = 0
        var questions = 0
        var lastNumber = 0
    }

    private static let knownLifetime: Int64 = 86_400_000

    private let state: Mutex<State>
    private let settings: Settings

    package init(_ settings: Settings = .init()) {
        self.settings = settings
        state = Mutex(
            State(
                allowed: DecisionCache(capacity: settings.capacity),
                refused: DecisionCache(capacity: settings.capacity / 4),
                turns: QuestionTurns(settings.questions),
                watch: ServiceWatch(interval: settings.retryInterval)))
    }

    /// How many questions have been asked.
    package var questionsAsked: Int { state.withLock { $0.questions } }
    /// How many decisions are remembered, and how many questions wait or are under way.
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
        _ digest: CredentialDigest, isRead: Bool, by asker: Asker, now: Int64, waiter: @escaping Waiter
    ) -> Step {
        let (step, calls) = state.withLock { state -> (Step, Calls) in
            if let known = state.allowed.find(digest, now: now) { return (.decided(known), Calls()) }
            let stale = isRead ? state.allowed.findStale(digest, now: now) : nil
            if let refusal = state.refused.find(digest, now: now) {
                if case .unavailable = refusal.decision, let stale { return (.decided(.once(stale)), Calls()) }
                return (.decided(refusal), Calls())
            }
            if state.watch.isDown {
                if let stale { return (.decided(.once(stale)), Calls()) }
                guard state.watch.isBeingFoundOut(now) else {
                    return (.decided(.once(.unavailable(.accountsUnreachable))), Calls())
                }
            }
            let waiting = Waiting(isRead: isRead, waiter: waiter)
            if state.flights[digest] != nil {
                state.flights[digest]?.waiters.append(waiting)
                return (.waiting, Calls())
            }
            return enter(digest, waiting, asker, now, &state)
        }
        calls.run()
        return step
    }

    private func enter(
        _ digest: CredentialDigest, _ waiting: Waiting, _ asker: Asker, _ now: Int64, _ state: inout State
    ) -> (Step, Calls) {
        state.lastNumber += 1
        let entry = QuestionTurns.Entry(
            digest: digest, network: asker.network, isKnown: (state.known.find(digest) ?? .min) > now,
            number: state.lastNumber, begin: asker.begin)
        var calls = Calls()
        let outcome = state.turns.enter(entry)
        switch outcome {
        case .begins: state.questions += 1
        case .waits: break
        case .displaces(let other):
            if state.flights[other.digest]?.entry.number == other.number {
                end(other.digest, .unavailable(.overloaded), now, &state, &calls)
            }
        case .full: return (.decided(.once(.unavailable(.overloaded))), calls)
        }
        var isUnderWay = false
        if case .begins = outcome { isUnderWay = true }
        state.flights[digest] = Flight(
            waiters: [waiting], generation: state.generation, entry: entry, owner: asker.owner, isUnderWay: isUnderWay)
        return (isUnderWay ? .mustAsk : .waiting, calls)
    }

    /// Ends the question that `ask` gave out by `.mustAsk`, or whose turn came, and tells all who wait.
    @discardableResult
    package func complete(_ digest: CredentialDigest, _ decision: Decision, now: Int64) -> Change {
        let (change, calls) = state.withLock { state -> (Change, Calls) in
            guard let flight = state.flights[digest] else { return (.none, Calls()) }
            var calls = Calls()
            let change: Change =
                switch decision {
                case .allowed, .unauthenticated, .forbidden, .malformed, .unavailable(.accountsUnreadable):
                    state.watch.answered(now: now)
                case .unavailable(.accountsUnreachable): state.watch.unreachable(now: now)
                case .unavailable(.accountsFailing): state.watch.failed(on: digest)
                case .unavailable(.overloaded), .unavailable(.guessing): .none
                }
            let holds = note(decision, on: digest, now, &state, remembers: flight.generation == state.generation)
            end(digest, decision, until: holds, now, &state, &calls)
            settle(now, &state, &calls)
            return (change, calls)
        }
        calls.run()
        return change
    }

    /// The owner asks no more: whoever waits for what it was to ask is told.
    package func abandon(_ owner: ObjectIdentifier, now: Int64) {
        let calls = state.withLock { state -> Calls in
            var calls = Calls()
            for (digest, flight) in state.flights where flight.owner == owner {
                end(digest, .unavailable(.overloaded), now, &state, &calls)
            }
            settle(now, &state, &calls)
            return calls
        }
        calls.run()
    }

    // MARK: Our own question

    /// Whether the caller is to ask the service now whether it is there, and then to call `endProbe`.
    package func beginProbe(now: Int64) -> Bool { state.withLock { $0.watch.begin(now: now) } }

    /// `answers` is nil where the question was given up.
    package func endProbe(answers: Bool?, now: Int64) -> Change {
        let (change, calls) = state.withLock { state -> (Change, Calls) in
            var calls = Calls()
            let change = state.watch.ended(answers: answers, now: now)
            settle(now, &state, &calls)
            return (change, calls)
        }
        calls.run()
        return change
    }

    /// Who waits goes on, or is told that nobody is there, as far as that is known.
    private func settle(_ now: Int64, _ state: inout State, _ calls: inout Calls) {
        state.turns.isHalted = state.watch.isDown
        if state.watch.isDown {
            guard !state.watch.isAsking else { return }
            for (digest, flight) in state.flights where !flight.isUnderWay {
                end(digest, .unavailable(.accountsUnreachable), now, &state, &calls)
            }
            state.turns.removeAll()
            return
        }
        while let entry = state.turns.next() {
            guard state.flights[entry.digest]?.entry.number == entry.number else {
                // Nobody waits for it any more.
                state.turns.left(entry)
                continue
            }
            state.flights[entry.digest]?.isUnderWay = true
            state.questions += 1
            calls.begins.append(entry.begin)
        }
    }

    // MARK: What is remembered

    private func end(
        _ digest: CredentialDigest, _ decision: Decision, until end: Int64 = .min, _ now: Int64,
        _ state: inout State, _ calls: inout Calls
    ) {
        guard let flight = state.flights.removeValue(forKey: digest) else { return }
        if flight.isUnderWay { state.turns.left(flight.entry) }
        var stale: Decision?
        if case .unavailable = decision { stale = state.allowed.findStale(digest, now: now) }
        let answer = DatedDecision(decision, until: end)
        for waiting in flight.waiters {
            if waiting.isRead, let stale {
                calls.told.append((waiting.waiter, .once(stale)))
            } else {
                calls.told.append((waiting.waiter, answer))
            }
        }
    }

    /// Remembers the decision where that is right; gives until when it holds.
    private func note(
        _ decision: Decision, on digest: CredentialDigest, _ now: Int64, _ state: inout State, remembers: Bool
    ) -> Int64 {
        switch decision {
        case .allowed(let principal):
            state.refused.remove(digest)
            state.known.store(digest, now + Self.knownLifetime)
            guard remembers else { return .min }
            let last = principal.expires.map(UnixTime.milliseconds) ?? .max
            let end = min(now + settings.lifetime, last)
            state.allowed.store(
                digest, decision, now: now, until: end, staleUntil: min(end + settings.staleReads, last))
            return end
        case .unauthenticated, .forbidden, .malformed:
            // Or it would still read while the service is down.
            state.allowed.remove(digest)
            state.known.remove(digest)
            guard remembers else { return .min }
            let end = now + settings.refusalLifetime
            state.refused.store(digest, decision, now: now, until: end)
            return end
        case .unavailable(.accountsUnreadable), .unavailable(.accountsFailing):
            if remembers { state.refused.store(digest, decision, now: now, until: now + settings.retryInterval) }
            return .min
        case .unavailable:
            return .min
        }
    }
}
