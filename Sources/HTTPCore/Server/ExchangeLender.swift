/// Lends exchanges to the connections of a loop, and hears when one of these has gone. A connection has an exchange from the
/// first byte of a request until its answer has been taken, so whoever is idle holds none.
///
/// An exchange that anybody still refers to is never lent: what is told it about a request that is over must not reach
/// another client's.
open class ExchangeLender {
    /// So many wait at most: more are in use at once only for a moment.
    private static let maximum = 256

    /// The one that was given back last; the others hang on it.
    private var free: ServerExchange?
    private var count = 0

    package init() {}

    /// A new exchange.
    open func makeExchange() -> ServerExchange {
        preconditionFailure("whoever lends knows what")
    }

    /// The connection is gone, and so is what it had.
    open func closed(_ connection: ClientTransport, _ end: ClientEnd) {}

    final func lend() -> ServerExchange {
        guard var first = exchange(&free, with: nil) else { return makeExchange() }
        guard isKnownUniquelyReferenced(&first) else { return lendSecond(behind: first) }
        swap(&free, &first.next)
        count -= 1
        return first
    }

    /// Whoever gave back the first may still be at work on it: then it is the next one's turn.
    @inline(never)
    private func lendSecond(behind first: ServerExchange) -> ServerExchange {
        free = first
        guard var second = first.next else { return makeExchange() }
        first.next = nil
        guard isKnownUniquelyReferenced(&second) else {
            first.next = second
            return makeExchange()
        }
        first.next = second.next
        second.next = nil
        count -= 1
        return second
    }

    final func giveBack(_ lent: ServerExchange) {
        guard count < Self.maximum else { return }
        swap(&free, &lent.next)
        free = lent
        count += 1
    }

    /// What waits is let go: the next exchanges are made anew.
    package final func forgetAll() {
        // One by one: each lets go of the next, and of thousands the last would be deep within the first.
        while let first = free {
            free = first.next
            first.next = nil
        }
        count = 0
    }

    deinit {
        forgetAll()
    }
}
