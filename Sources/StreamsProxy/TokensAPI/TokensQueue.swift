package import Auth
import Dispatch
import Glibc
import HTTPCore
import Synchronization

/// Makes changes of tokens one after the other, off the workers: each may wait for a disk, and for whoever else holds the
/// accounts file. What only reads never comes here.
///
/// Accounts take turns, and whoever has most waiting loses first where there is no room: a flood of one account's changes
/// delays its own. A deletion takes something from somebody, and is wanted most when things go wrong: those come first,
/// but not for ever.
package final class TokensQueue: Sendable {
    package typealias Completion = @Sendable (TokensAnswer) -> Void

    private struct Change: Sendable {
        let request: TokensRequest
        let completion: Completion
        /// Milliseconds of a clock that only grows.
        let arrival: Int64
    }

    private struct State {
        var deletions: FairQueue<Change>
        var others: FairQueue<Change>
        var isRunning = false
        /// How many deletions have come before others that wait.
        var precedence = 0

        /// The next whose turn it is; nil where nothing waits, and whoever comes then begins anew.
        mutating func next() -> Change? {
            if precedence < TokensQueue.deletionsInARow, let change = deletions.popFirst() {
                precedence += 1
                return change
            }
            precedence = 0
            let change = others.popFirst() ?? deletions.popFirst()
            if change == nil { isRunning = false }
            return change
        }
    }

    private static let deletionsInARow = 4

    private let store: any AccountsStore
    private let queue = DispatchQueue(label: "accounts-resources")
    private let state: Mutex<State>
    /// Milliseconds.
    private let patience: Int

    /// A change waits for those that others make in the store for at most `patience`
    /// milliseconds, and who came while one did so in vain does not wait again; of each kind at most `limit` wait.
    package init(
        _ store: any AccountsStore, limit: Int = 64, patience: Int = AccountsFile.patience
    ) {
        self.store = store
        self.patience = patience
        state = Mutex(State(deletions: FairQueue(capacity: limit), others: FairQueue(capacity: limit)))
    }

    /// False where too many wait already, and then `completion` is never called; else once, on a thread of its own or,
    /// for a change that has to make room, on that of another's call.
    package func submit(_ request: TokensRequest, completion: @escaping Completion) -> Bool {
        let change = Change(request: request, completion: completion, arrival: Self.now)
        let id = request.principal.accountID
        let account = id.high ^ id.low
        let (admission, begins) = state.withLock { state in
            let admission =
                request.method == .delete
                ? state.deletions.append(change, of: account) : state.others.append(change, of: account)
            let begins = !state.isRunning
            state.isRunning = true
            return (admission, begins)
        }
        if begins { queue.async { [self] in run() } }
        switch admission {
        case .taken: return true
        case .displacing(let other):
            other.completion(TokensAnswer(.busy))
            return true
        case .full: return false
        }
    }

    private func run() {
        var lastInVain = Int64.min
        while let change = state.withLock({ $0.next() }) {
            let answer = TokensAPI.answer(
                change.request, store: store, now: Timestamp(unixSeconds: Int64(time(nil))),
                patience: change.arrival <= lastInVain ? 0 : patience)
            if answer.status == 503 { lastInVain = Self.now }
            for problem in answer.problems { StandardError.write("\(problem)\n") }
            change.completion(answer)
        }
    }

    private static var now: Int64 { PasswordPool.Memory.monotonic() }
}
