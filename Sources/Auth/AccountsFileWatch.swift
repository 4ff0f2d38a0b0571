internal import Dispatch
internal import Glibc
internal import Synchronization

/// Which file stood at a path, and in what state: two equal ones mean that it has not changed.
package struct FileStamp: Sendable, Equatable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    /// Last change of the content.
    private let seconds: Int
    private let nanoseconds: Int
    /// Last change of content or mode: a file made readable again has the same content as before.
    private let statusSeconds: Int
    private let statusNanoseconds: Int

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
        statusSeconds = status.st_ctim.tv_sec
        statusNanoseconds = status.st_ctim.tv_nsec
    }

    /// Nil where nothing can be seen at the path.
    package init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }
}

/// Looks at the accounts file four times a second and tells when it has changed.
///
/// It polls, since inotify would watch an inode, and ours is a new one after each change; it says nothing about changes
/// made on another machine of a network file system, and nothing about a bind mount of a single file, as containers have
/// it. One `stat` every 250 ms costs about a microsecond.
package final class AccountsFileWatch: Sendable {
    package enum Change: Sendable {
        case directory(AccountDirectory, warnings: [AccountsProblem])
        /// The file is no longer usable, or gone: what was read before stays in force.
        case problems([AccountsProblem])
    }

    private let file: AccountsFile
    private let interval: DispatchTimeInterval
    private let queue = DispatchQueue(label: "accounts-file-watch", qos: .utility)
    private let known: Mutex<FileStamp?>
    private let isCancelled = Atomic<Bool>(false)
    private let onChange: @Sendable (Change) -> Void

    /// Watches from `stamp` on, which is the state that the caller has read: nothing in between is missed. `onChange` is
    /// called on the watch's own queue, one change at a time. It begins at once and goes on until `cancel`, or until
    /// nobody holds it.
    package init(
        _ file: AccountsFile, since stamp: FileStamp?, everyMilliseconds interval: Int = 250,
        onChange: @escaping @Sendable (Change) -> Void
    ) {
        self.file = file
        self.interval = .milliseconds(interval)
        known = Mutex(stamp)
        self.onChange = onChange
        schedule()
    }

    /// No change is told any more once this returns. Not to be called from within `onChange`.
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
        let seen = FileStamp(path: file.path)
        guard known.withLock({ $0 != seen }) else { return }
        let reading = file.read()
        switch reading {
        case .usable(let document, let stamp, let warnings):
            known.withLock { $0 = stamp }
            onChange(.directory(AccountDirectory(document), warnings: warnings))
        case .unusable(let problems, let stamp):
            known.withLock { $0 = stamp ?? seen }
            onChange(.problems(problems))
        case .absent:
            known.withLock { $0 = nil }
            onChange(.problems([AccountsProblem(file: file.path, text: "is gone")]))
        }
    }
}
