internal import Dispatch
internal import Glibc
package import HTTPCore
internal import Synchronization

/// Hashes passwords on a few threads for all workers, so that a burst of logins neither stops a worker nor takes all
/// cores from them. One credential is hashed once, however many requests and workers wait for it, and one that was right
/// is not hashed again for a while: each worker remembers decisions for itself, and would else hash for itself.
package final class PasswordPool: Sendable {
    package typealias Completion = @Sendable (PasswordVerdict) -> Void

    private struct State {
        /// Everybody who waits for a check, running or waiting.
        var waiters: [PasswordCheck.Key: [Completion]] = [:]
        var waiting: PasswordQueue
        var guesses = GuessRecord()
        var running = 0
        /// Passwords that were right, and until when that is believed: milliseconds of the clock. A key names the
        /// account's hash too, so a changed password is another key, and any other change of the accounts is none.
        var right: [PasswordCheck.Key: Int64] = [:]
        /// Credentials that were right lately, and until when that counts. Their passwords may be others by now: they are
        /// hashed as all are, but before them.
        var known = RecentTable<CredentialDigest, Int64>(capacity: 16384)
    }

    private let state: Mutex<State>
    private let hashes = Atomic<Int>(0)
    private let queue = DispatchQueue(label: "password-hashes", attributes: .concurrent)
    private let width: Int
    private let memory: Memory

    /// For how long, and of how many, it is remembered that a password was right.
    package struct Memory: Sendable {
        /// In milliseconds; 0 remembers nothing.
        package var lifetime: Int64
        package var capacity = 4096
        /// Milliseconds that only grow.
        package var clock: @Sendable () -> Int64

        package init(lifetime: Int64 = 0, clock: @escaping @Sendable () -> Int64 = Self.monotonic) {
            self.lifetime = lifetime
            self.clock = clock
        }

        @Sendable package static func monotonic() -> Int64 {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        }
    }

    /// What comes of handing in a check.
    package enum Submission: Sendable, Equatable {
        case taken
        /// Too many wait already.
        case full
        /// So many wrong ones came for the login from the network that for this time none is looked at.
        case guessing(seconds: Int)
    }

    /// For how long a credential that was right goes before strangers: whoever logs in daily is known.
    private static let knownLifetime: Int64 = 86_400_000

    /// Half the cores by default: the other half goes on moving bytes. `queueLimit` bounds the checks that wait in each
    /// line: so many strangers at once, from so many networks, still get their turn, the last after some ten seconds where
    /// one core hashes (40 ms each).
    package init(
        width: Int = PasswordPool.standardWidth, queueLimit: Int = 256, memory: Memory = Memory()
    ) {
        precondition(width > 0 && queueLimit >= 0)
        self.memory = memory
        self.width = width
        state = Mutex(State(waiting: PasswordQueue(limit: queueLimit)))
    }

    package static var standardWidth: Int { max(1, ProcessorShare.count / 2) }

    /// How many hashes have been computed.
    package var hashesRun: Int { hashes.load(ordering: .relaxed) }

    /// Runs the check, or joins the one under way; networks take turns. `completion` is called once: on a thread of the
    /// pool, or from within this call where the answer is remembered; with `failed`, on the thread of another's call,
    /// where this network had so many checks waiting that one had to go for others'. Where it is not taken, it never is.
    package func submit(
        _ check: PasswordCheck, from network: ClientNetwork, completion: @escaping Completion
    ) -> Submission {
        enum Outcome { case remembered, refused(Submission), queued, start, displaced([Completion]) }
        let now = memory.clock()
        let entry = PasswordQueue.Entry(check: check, network: network)
        let outcome = state.withLock { state -> Outcome in
            if let end = state.right[check.key], now < end { return .remembered }
            if state.waiters[check.key] != nil {
                state.waiters[check.key]?.append(completion)
                return .queued
            }
            let isKnown = (state.known.find(check.key.digest) ?? .min) > now
            if !isKnown {
                let delay = state.guesses.delay(of: entry.login, from: network, now: now)
                if delay > 0 { return .refused(.guessing(seconds: Int((delay + 999) / 1000))) }
            }
            if state.running < width {
                state.waiters[check.key] = [completion]
                state.running += 1
                return .start
            }
            let line: PasswordQueue.Line =
                isKnown ? .known : state.guesses.isSuspect(network, now: now) ? .guesser : .stranger
            switch state.waiting.append(entry, in: line) {
            case .full: return .refused(.full)
            case .taken:
                state.waiters[check.key] = [completion]
                return .queued
            case .displacing(let other):
                state.waiters[check.key] = [completion]
                return .displaced(state.waiters.removeValue(forKey: other.check.key) ?? [])
            }
        }
        switch outcome {
        case .remembered:
            completion(.matches)
            return .taken
        case .refused(let submission): return submission
        case .queued: return .taken
        case .displaced(let completions):
            for completion in completions { completion(.failed) }
            return .taken
        case .start:
            queue.async { self.run(startingWith: entry) }
            return .taken
        }
    }

    private func run(startingWith first: PasswordQueue.Entry) {
        var next: PasswordQueue.Entry? = first
        while let entry = next {
            let check = entry.check
            hashes.add(1, ordering: .relaxed)
            let verdict = check.run()
            let now = memory.clock()
            let completions = state.withLock { state in
                note(verdict, on: entry, now, &state)
                return state.waiters.removeValue(forKey: check.key) ?? []
            }
            for completion in completions { completion(verdict) }
            next = following()
        }
    }

    /// What is to be hashed next on this thread; nil where nothing waits. Guesses whose network must wait by now are not
    /// hashed any more.
    private func following() -> PasswordQueue.Entry? {
        let now = memory.clock()
        var dropped: [Completion] = []
        let next = state.withLock { state -> PasswordQueue.Entry? in
            while let next = state.waiting.popFirst() {
                let isKnown = (state.known.find(next.check.key.digest) ?? .min) > now
                if isKnown || state.guesses.delay(of: next.login, from: next.network, now: now) == 0 { return next }
                dropped += state.waiters.removeValue(forKey: next.check.key) ?? []
            }
            state.running -= 1
            return nil
        }
        for completion in dropped { completion(.failed) }
        return next
    }

    private func note(_ verdict: PasswordVerdict, on entry: PasswordQueue.Entry, _ now: Int64, _ state: inout State) {
        let key = entry.check.key
        switch verdict {
        case .matches:
            state.known.store(key.digest, now + Self.knownLifetime)
            state.guesses.forget(entry.login, from: entry.network)
            if memory.lifetime > 0 { remember(key, now, &state) }
        case .differs:
            state.known.remove(key.digest)
            state.guesses.note(key.digest, of: entry.login, from: entry.network, now: now)
        case .failed: break
        }
    }

    private func remember(_ key: PasswordCheck.Key, _ now: Int64, _ state: inout State) {
        if state.right.count >= memory.capacity { state.right = state.right.filter { now < $0.value } }
        // Full of what is still true: nothing of it is worth less than this.
        if state.right.count < memory.capacity { state.right[key] = now + memory.lifetime }
    }
}
