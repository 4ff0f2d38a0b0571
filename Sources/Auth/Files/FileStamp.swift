internal import Glibc

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
}

/// What is known of the file at a path. Only what was read, or seen not to be there, is known: where the system had no
/// answer, whoever follows the file looks again.
package enum FileLook: Sendable, Equatable {
    case there(FileStamp)
    case absent
    case unknown

    /// As it is now.
    package init(at path: String) {
        var status = stat()
        if stat(path, &status) == 0 {
            self = .there(FileStamp(status))
        } else {
            self = errno == ENOENT || errno == ENOTDIR ? .absent : .unknown
        }
    }

    /// Whether a file of which this is known must be read again to know what `now` is.
    package func isOutdated(by now: FileLook) -> Bool { self != now || self == .unknown }
}
