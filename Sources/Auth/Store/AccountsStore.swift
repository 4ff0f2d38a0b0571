/// Where accounts and tokens are kept: read by everybody, changed by `AccountsChange` only. What each store must do is in
/// `AccountsStoreContract`, the tests that run on all of them.
package protocol AccountsStore: Sendable {
    /// All that is kept now.
    func contents() throws(AccountsStoreFailure) -> AccountsContents

    /// Makes a change, after those that others are making, for which it waits at most so many milliseconds. When it returns,
    /// the change is kept, outlives a power failure, and is seen by all who read after that.
    func apply(_ change: AccountsChange, patience: Int) throws(AccountsStoreFailure) -> AccountsResult

    /// What `apply` would come to. Nothing changes.
    func rehearse(_ change: AccountsChange) throws(AccountsStoreFailure) -> AccountsResult

    /// Tells what is kept, and then what it has become, whoever changed it, until the feed is cancelled or gone. A new
    /// directory has from the one of `current` what is the same. `onEvent` is called on a thread of the feed's own.
    func feed(
        replacing current: @escaping @Sendable () -> AccountDirectory?,
        onEvent: @escaping @Sendable (AccountsEvent) -> Void
    ) -> any AccountsFeed
}

extension AccountsStore {
    package func apply(_ change: AccountsChange) throws(AccountsStoreFailure) -> AccountsResult {
        try apply(change, patience: AccountsFile.patience)
    }
}

package struct AccountsContents: Sendable {
    /// Nil where nothing was ever kept.
    package let document: AccountsDocument?
    package let warnings: [AccountsProblem]
}

/// Why a store did not do what it was asked. Nothing has changed then.
package enum AccountsStoreFailure: Error, Sendable {
    case refused(AccountsFault)
    /// Others have been changing it for longer than could be waited.
    case busy
    /// It can't be used.
    case problems([AccountsProblem])
}

/// What a feed tells.
package enum AccountsEvent: Sendable {
    case directory(AccountDirectory, warnings: [AccountsProblem])
    /// The accounts are no longer usable, or gone: what was read before stays in force.
    case problems([AccountsProblem])
    /// What kept them from being read is over; what was read follows.
    case readable
}

package protocol AccountsFeed: Sendable {
    /// Nothing is told any more once this returns. Not to be called from within `onEvent`.
    func cancel()
}
