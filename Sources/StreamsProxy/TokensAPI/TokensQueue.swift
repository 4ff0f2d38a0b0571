package import Auth
import Dispatch
import Glibc
import Synchronization

/// Runs requests for the accounts' own resources one after the other, off the workers: each may wait for a disk, and for
/// whoever else holds the accounts file. The backlog is bounded.
package final class TokensQueue: Sendable {
    private let file: AccountsFile
    private let queue = DispatchQueue(label: "accounts-resources")
    private let backlog = Atomic<Int>(0)
    private let limit: Int

    package init(_ file: AccountsFile, limit: Int = 64) {
        self.file = file
        self.limit = limit
    }

    /// False where too many wait already, and then `completion` is never called; else once, on the queue.
    package func submit(
        _ request: TokensRequest, completion: @escaping @Sendable (TokensAnswer) -> Void
    ) -> Bool {
        guard backlog.add(1, ordering: .relaxed).newValue <= limit else {
            backlog.subtract(1, ordering: .relaxed)
            return false
        }
        queue.async { [self] in
            let answer = TokensAPI.answer(request, file: file, now: Timestamp(unixSeconds: Int64(time(nil))))
            backlog.subtract(1, ordering: .relaxed)
            for problem in answer.problems { StandardError.write("\(problem)\n") }
            completion(answer)
        }
        return true
    }
}
