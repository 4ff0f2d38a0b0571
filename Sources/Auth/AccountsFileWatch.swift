internal import Dispatch
internal import Synchronization

/// Looks at the accounts file four times a second and tells when it has changed.
///
/// It polls, since inotify would watch an inode, and ours is a new one after each change; it says nothing about changes
/// made on another machine of a network file system, and nothing about a bind mount of a single file, as containers have
/// it. One `stat` every 250 ms costs about a microsecond.
///
/// Only a state of the file that was read counts as known. Where the system refuses to give it (no descriptors left, no
/// memory, a disk that fails), that is told once, the file is read again at each look, and the end of it is told.
package final class AccountsFileWatch: AccountsFeed {
    private struct State {
        var known: FileLook
        /// The directory in force when the file was looked at last.
        var generation: UInt64?
        /// What was told of a file that could not be read; empty where it could.
        var told: [AccountsProblem] = []
    }

    private let file: AccountsFile
    private let interval: DispatchTimeInterval
    private let queue = DispatchQueue(label: "accounts-file-watch", qos: .utility)
    private let state: Mutex<State>
    private let isCancelled = Atomic<Bool>(false)
    private let current: @Sendable () -> AccountDirectory?
    private let onEvent: @Sendable (AccountsEvent) -> Void

    /// Watches from `known` on, which is what the caller has read: nothing in between is missed. `onEvent` is
    /// called on the watch's own queue, one change at a time. It begins at once and goes on until `cancel`, or until
    /// nobody holds it. A new directory has from the one of `current` what is the same.
    package init(
        _ file: AccountsFile, since known: FileLook, everyMilliseconds interval: Int = 250,
        replacing current: @escaping @Sendable () -> AccountDirectory? = { nil },
        onEvent: @escaping @Sendable (AccountsEvent) -> Void
    ) {
        self.current = current
        self.file = file
        self.interval = .milliseconds(interval)
        state = Mutex(State(known: known, generation: current()?.generation))
        self.onEvent = onEvent
        schedule()
    }

    /// No change is told any more once this returns. Not to be called from within `onEvent`.
    package func cancel() {
        isCancelled.store(true, ordering: .relaxed)
        queue.sync {}
    }

    private func schedule() {
        queue.asyncAfter(deadline: .now() + interval) { [weak self] in
            guard let self, !isCancelled.load(ordering: .relaxed) else { return }
            look()
            schedule()
        }
    }

    private func look() {
        let seen = FileLook(at: file.path)
        // Somebody else's directory may show an earlier state of the file than the one that was read here.
        let present = current()
        let isDue = state.withLock { state in
            defer { state.generation = present?.generation }
            return state.generation != present?.generation || state.known.isOutdated(by: seen)
        }
        guard isDue else { return }
        // Before the file is read: see `AccountDirectory.nextGeneration`.
        let generation = AccountDirectory.nextGeneration()
        switch file.read(knowing: present) {
        case .usable(let document, let stamp, let warnings):
            if present != nil { state.withLock { $0.generation = generation } }
            let directory = AccountDirectory(document, replacing: present, generation: generation)
            note(.there(stamp), .directory(directory, warnings: warnings))
        case .unusable(let problems, .unknown):
            tell(problems)
        case .unusable(let problems, let look):
            note(look, .problems(problems))
        case .absent:
            note(.absent, .problems([AccountsProblem(file: file.path, text: "is gone")]))
        }
    }

    private func note(_ look: FileLook, _ event: AccountsEvent) {
        let wasUnreadable = state.withLock { state in
            defer { (state.known, state.told) = (look, []) }
            return !state.told.isEmpty
        }
        if wasUnreadable { onEvent(.readable) }
        onEvent(event)
    }

    /// Nothing is known by that, so it is told once.
    private func tell(_ problems: [AccountsProblem]) {
        let isNew = state.withLock { state in
            state.known = .unknown
            guard state.told != problems else { return false }
            state.told = problems
            return true
        }
        if isNew { onEvent(.problems(problems)) }
    }
}
