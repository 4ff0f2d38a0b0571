package import HTTPCore
internal import Synchronization

/// The accounts of now, where every worker finds them. Whoever reads something that was written after a `post` returned
/// finds what was posted: so a token can be used everywhere as soon as its maker knows of it.
package final class AccountsBoard: Sendable {
    private let generation: Atomic<UInt64>
    private let directory: Mutex<AccountDirectory>
    /// One post at a time: what is told is in the order of what is there.
    private let posting = Mutex<Void>(())
    private let tell: @Sendable (Set<UniqueID>?) -> Void

    /// `tell` is called after each post with the accounts that changed, nil for all: not on the thread of a worker.
    package init(_ directory: AccountDirectory, tell: @escaping @Sendable (Set<UniqueID>?) -> Void) {
        generation = Atomic(directory.generation)
        self.directory = Mutex(directory)
        self.tell = tell
    }

    package var current: AccountDirectory { directory.withLock { $0 } }

    /// The directory to be followed; nil where it is that of `generation`, which costs no lock to know.
    @inline(__always)
    package func directory(otherThan generation: UInt64) -> AccountDirectory? {
        self.generation.load(ordering: .acquiring) == generation ? nil : current
    }

    /// From now on this one is in force, unless a later state of the file is there already.
    package func post(_ new: AccountDirectory) {
        posting.withLock { _ in
            let old = current
            guard new.generation > old.generation else { return }
            let changed = new.accountsChanged(since: old)
            directory.withLock { $0 = new }
            generation.store(new.generation, ordering: .releasing)
            tell(changed)
        }
    }
}
