internal import Glibc

/// An exclusive `flock` on a file of its own, held until released or gone: also when this process is killed. The file
/// stays, since removing it would let two others each lock a different one.
struct FileLock: ~Copyable {
    private let descriptor: Int32

    /// For what changes `target`, which is no link; waits for whoever has it, at most so many milliseconds: EWOULDBLOCK
    /// then, since whoever holds it may have been stopped. The lock belongs to whom `target` belongs, so
    /// that root, who changes it once, does not keep its owner out.
    init(on target: String, patience: Int) throws(SystemCallFailure) {
        let path = Self.path(target)
        while true {
            let descriptor = try Self.opened(path, for: target)
            do throws(SystemCallFailure) {
                try Self.lock(descriptor, patience: patience)
                if Self.isStill(descriptor, at: path) {
                    self.descriptor = descriptor
                    return
                }
            } catch {
                DescriptorReserve.close(descriptor)
                throw error
            }
            // Somebody has put another in its place meanwhile: that one counts.
            DescriptorReserve.close(descriptor)
        }
    }

    static func path(_ target: String) -> String { "\(target).lock" }

    /// Milliseconds between two attempts: there is no flock with a time limit.
    private static let interval = 10

    private static func lock(_ descriptor: Int32, patience: Int) throws(SystemCallFailure) {
        var left = patience
        while flock(descriptor, LOCK_EX | LOCK_NB) == -1 {
            let code = errno
            if code == EINTR { continue }
            guard code == EWOULDBLOCK, left > 0 else { throw SystemCallFailure(code: code) }
            usleep(UInt32(interval * 1000))
            left -= interval
        }
    }

    private static func isStill(_ descriptor: Int32, at path: String) -> Bool {
        var (own, named) = (stat(), stat())
        return fstat(descriptor, &own) == 0 && stat(path, &named) == 0 && own.st_dev == named.st_dev
            && own.st_ino == named.st_ino
    }

    // MARK: - Whose it is

    /// In which whoever has just made the file gives it to its owner, and an older program is done with it.
    private static let ownership = (attempts: 20, microseconds: UInt32(50_000))

    private static func opened(_ path: String, for target: String) throws(SystemCallFailure) -> Int32 {
        var attempts = 0
        while true {
            let descriptor = DescriptorReserve.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            if descriptor >= 0 {
                giveAway(descriptor, like: target)
                return descriptor
            }
            guard descriptor == -EACCES, isForeign(path) else { throw SystemCallFailure(code: -descriptor) }
            attempts += 1
            if attempts < ownership.attempts {
                usleep(ownership.microseconds)
            } else {
                try remove(path)
                attempts = 0
            }
        }
    }

    private static func giveAway(_ descriptor: Int32, like target: String) {
        var owner = stat()
        guard geteuid() == 0, stat(target, &owner) == 0 else { return }
        _ = fchown(descriptor, owner.st_uid, owner.st_gid)
    }

    private static func isForeign(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_uid != geteuid() && status.st_mode & S_IFMT == S_IFREG
    }

    /// Takes away a lock file that another user, root most likely, has left where only our folder is. Those who do so at
    /// once take turns by the folder's own lock, or the second would take away the file that the first has made.
    private static func remove(_ path: String) throws(SystemCallFailure) {
        let folder = DescriptorReserve.open(FileReplacement.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder < 0 { throw SystemCallFailure(code: -folder) }
        defer { DescriptorReserve.close(folder) }
        try lock(folder, patience: AccountsFile.patience)
        guard isForeign(path) else { return }
        if unlink(path) == -1 { throw SystemCallFailure(code: errno) }
    }

    /// Closing is what releases it.
    consuming func release() {}

    deinit {
        DescriptorReserve.close(descriptor)
    }
}
