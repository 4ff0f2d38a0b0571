import Synchronization

/// How many connections each client address has, on all workers together: one address may not take what is there for
/// all. It is asked once for a connection, not for a request.
package final class AddressCensus: Sendable {
    private let counts = Mutex<[UInt64: Int]>([:])

    package init() {}

    /// Counts one more connection of that network; false where it has `limit` already, and then it is not counted. A
    /// limit of 0 is none.
    package func enter(_ network: UInt64, limit: Int) -> Bool {
        counts.withLock { counts in
            let count = counts[network, default: 0]
            guard limit == 0 || count < limit else { return false }
            counts[network] = count + 1
            return true
        }
    }

    /// A connection that was counted has ended.
    package func leave(_ network: UInt64) {
        counts.withLock { counts in
            guard let count = counts[network] else { preconditionFailure("who leaves has entered") }
            counts[network] = count > 1 ? count - 1 : nil
        }
    }

    /// How many networks have connections now.
    package var networks: Int { counts.withLock { $0.count } }
}
