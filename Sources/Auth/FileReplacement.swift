internal import Glibc

/// A system call that failed, by its `errno`.
package struct SystemCallFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let code: Int32

    package var description: String { String(cString: strerror(code)) }
}

/// Puts a new file in the place of an old one in a single step.
enum FileReplacement {
    /// The file at `target`, which is no link (see `resolved`), becomes one with those bytes and mode 0600, durably: what
    /// is renamed is on the disk already, and the folder is too when this returns. One caller at a time for a target, by
    /// a `FileLock`.
    static func replace(_ target: String, with bytes: [UInt8]) throws(SystemCallFailure) {
        let folder = folder(of: target)
        // In the same folder: only within one file system is a rename a single step. One name for everybody, so that
        // however many are killed while they write, there is one draft, and it is gone with the next change.
        let draft = "\(target).new"
        unlink(draft)
        let descriptor = try opened(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW)
        do {
            try fill(descriptor, with: bytes, insteadOf: target)
            try check(rename(draft, target))
        } catch {
            unlink(draft)
            throw error
        }
        let folderDescriptor = try opened(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { DescriptorReserve.close(folderDescriptor) }
        try check(fsync(folderDescriptor))
    }

    private static func fill(
        _ descriptor: Int32, with bytes: [UInt8], insteadOf target: String
    ) throws(SystemCallFailure) {
        defer { DescriptorReserve.close(descriptor) }
        // The umask may have taken bits away, and root that edits the proxy's file must leave it to the proxy.
        try check(fchmod(descriptor, 0o600))
        var old = stat()
        if stat(target, &old) == 0, geteuid() == 0 { try check(fchown(descriptor, old.st_uid, old.st_gid)) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written)
            }
            if count == -1 {
                if errno == EINTR { continue }
                throw SystemCallFailure(code: errno)
            }
            written += count
        }
        try check(fsync(descriptor))
    }

    /// `path`, or where it is a link what it leads to.
    static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func opened(_ path: String, _ flags: Int32) throws(SystemCallFailure) -> Int32 {
        let descriptor = DescriptorReserve.open(path, flags, 0o600)
        if descriptor < 0 { throw SystemCallFailure(code: -descriptor) }
        return descriptor
    }

    @discardableResult
    private static func check(_ result: Int32) throws(SystemCallFailure) -> Int32 {
        if result == -1 { throw SystemCallFailure(code: errno) }
        return result
    }
}
