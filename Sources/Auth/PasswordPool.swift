internal import Dispatch
internal import Glibc
internal import Synchronization

/// Hashes passwords on a few threads for all workers, so that a burst of logins neither stops a worker nor takes all
/// cores from them. One credential is hashed once at a time, however many requests wait for it.
package final class PasswordPool: Sendable {
    package typealias Completion = @Sendable (PasswordVerdict) -> Void

    private struct State {
        /// Everybody who waits for a check, running or waiting.
        var waiters: [PasswordCheck.Key: [Completion]] = [:]
        /// In order of arrival.
        var waiting: [PasswordCheck] = []
        var running = 0
    }

    private let state = Mutex(State())
    private let hashes = Atomic<Int>(0)
    private let queue = DispatchQueue(label: "password-hashes", attributes: .concurrent)
    private let width: Int
    private let queueLimit: Int

    /// Half the cores by default: the other half goes on moving bytes. `queueLimit` bounds the checks that wait; with
    /// 64 and 40 ms each the last of them waits about a second and a half on two cores.
    package init(width: Int = PasswordPool.standardWidth, queueLimit: Int = 64) {
        precondition(width > 0 && queueLimit >= 0)
        self.width = width
        self.queueLimit = queueLimit
    }

    package static var standardWidth: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) / 2) }

    /// How many hashes have been computed.
    package var hashesRun: Int { hashes.load(ordering: .relaxed) }

    /// Runs the check, or joins the one under way. `completion` is called once, on a thread of the pool; false where too
    /// many checks wait already, and then it never is.
    package func submit(_ check: PasswordCheck, completion: @escaping Completion) -> Bool {
        enum Outcome { case refused, queued, start }
        let outcome = state.withLock { state -> Outcome in
            if state.waiters[check.key] != nil {
                state.waiters[check.key]?.append(completion)
                return .queued
            }
            if state.running < width {
                state.waiters[check.key] = [completion]
                state.running += 1
                return .start
            }
            guard state.waiting.count < queueLimit else { return .refused }
            state.waiters[check.key] = [completion]
            state.waiting.append(check)
            return .queued
        }
        switch outcome {
        case .refused: return false
        case .queued: return true
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
            let completions = state.withLock { $0.waiters.removeValue(forKey: check.key) ?? [] }
            for completion in completions { completion(verdict) }
            next = state.withLock { state in
                guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
                state.running -= 1
                return nil
            }
        }
    }
}
