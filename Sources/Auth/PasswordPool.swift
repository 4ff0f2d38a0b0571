internal import Dispatch
internal import Glibc
internal import HTTPCore
internal import Synchronization

/// Hashes passwords on a few threads for all workers, so that a burst of logins neither stops a worker nor takes all
/// cores from them. One credential is hashed once, however many requests and workers wait for it, and one that was right
/// is not hashed again for a while: each worker remembers decisions for itself, and would else hash for itself.
package final class PasswordPool: Sendable {
    package typealias Completion = @Sendable (PasswordVerdict) -> Void

    private struct State {
        /// Everybody who waits for a check, running or waiting.
        var waiters: [PasswordCheck.Key: [Completion]] = [:]
        var waiting: FairQueue<PasswordCheck>
        var running = 0
        /// Passwords that were right, and until when that is believed: milliseconds of the clock. A key names the
        /// account's hash too, so a changed password is another key, and any other change of the accounts is none.
        var right: [PasswordCheck.Key: Int64] = [:]
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

    /// Half the cores by default: the other half goes on moving bytes. `queueLimit` bounds the checks that wait; with
    /// 64 and 40 ms each the last of them waits about a second and a half on two cores.
    package init(
        width: Int = PasswordPool.standardWidth, queueLimit: Int = 64, memory: Memory = Memory()
    ) {
        precondition(width > 0 && queueLimit >= 0)
        self.memory = memory
        self.width = width
        state = Mutex(State(waiting: FairQueue(capacity: queueLimit)))
    }

    package static var standardWidth: Int { max(1, ProcessorShare.count / 2) }

    /// How many hashes have been computed.
    package var hashesRun: Int { hashes.load(ordering: .relaxed) }

    /// Runs the check, or joins the one under way; clients take turns. `completion` is called once: on a thread of the
    /// pool, or from within this call where the answer is remembered; with `failed`, on the thread of another's call,
    /// where this client had so many checks waiting that one had to go for others'. False where too many wait already,
    /// and then it never is.
    package func submit(_ check: PasswordCheck, from client: [UInt64], completion: @escaping Completion) -> Bool {
        enum Outcome { case remembered, refused, queued, start, displaced([Completion]) }
        let now = memory.lifetime > 0 ? memory.clock() : 0
        let outcome = state.withLock { state -> Outcome in
            if let end = state.right[check.key], now < end { return .remembered }
            if state.waiters[check.key] != nil {
                state.waiters[check.key]?.append(completion)
                return .queued
            }
            if state.running < width {
                state.waiters[check.key] = [completion]
                state.running += 1
                return .start
            }
            switch state.waiting.append(check, of: client) {
            case .full: return .refused
            case .taken:
                state.waiters[check.key] = [completion]
                return .queued
            case .displacing(let other):
                state.waiters[check.key] = [completion]
                return .displaced(state.waiters.removeValue(forKey: other.key) ?? [])
            }
        }
        switch outcome {
        case .remembered:
            completion(.matches)
            return true
        case .refused: return false
        case .queued: return true
        case .displaced(let completions):
            for completion in completions { completion(.failed) }
            return true
        case .start:
            queue.async { self.run(startingWith: check) }
            return true
        }
    }

    private func run(startingWith first: PasswordCheck) {
        var next: PasswordCheck? = first
        while let check = next {
            hashes.add(1, ordering: .relaxed)
            let verdict = check.run()
            let now = memory.lifetime > 0 ? memory.clock() : 0
            let completions = state.withLock { state in
                if verdict == .matches, memory.lifetime > 0 { remember(check.key, now, &state) }
                return state.waiters.removeValue(forKey: check.key) ?? []
            }
            for completion in completions { completion(verdict) }
            next = state.withLock { state in
                if let next = state.waiting.popFirst() { return next }
                state.running -= 1
                return nil
            }
        }
    }

    private func remember(_ key: PasswordCheck.Key, _ now: Int64, _ state: inout State) {
        if state.right.count >= memory.capacity { state.right = state.right.filter { now < $0.value } }
        // Full of what is still true: nothing of it is worth less than this.
        if state.right.count < memory.capacity { state.right[key] = now + memory.lifetime }
    }
}
