internal import Glibc

/// A file read whole, and its state then. Everything that this program reads by a path is read here: settings, accounts,
/// certificates, keys.
package struct RegularFile: Sendable {
    package let bytes: [UInt8]
    package let stamp: FileStamp
    /// Its permission bits.
    package let mode: UInt32

    /// What changes oftener than this while it is read is left for the next look.
    private static let attempts = 3

    /// Reads the file at `path`, of at most `limit` bytes. One that is changed or replaced meanwhile is read again.
    /// `whenRead` is called when the bytes are there and their state has not been looked at again.
    package init(_ path: String, limit: Int, whenRead: () -> Void = {}) throws(FileFault) {
        for _ in 0..<Self.attempts {
            if let file = try Self.settled(path, limit, whenRead) {
                self = file
                return
            }
        }
        throw .unsettled
    }

    private init(_ bytes: [UInt8], _ status: stat) {
        self.bytes = bytes
        stamp = FileStamp(status)
        mode = status.st_mode & 0o7777
    }

    /// Nil where it changed while it was read.
    private static func settled(_ path: String, _ limit: Int, _ whenRead: () -> Void) throws(FileFault) -> RegularFile?
    {
        // O_NONBLOCK: a pipe would hold us until somebody writes to it.
        let descriptor = DescriptorReserve.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw fault(path, -descriptor) }
        defer { DescriptorReserve.close(descriptor) }
        let before = try status(of: descriptor)
        guard before.st_mode & S_IFMT == S_IFREG else { throw .irregular(FileStamp(before)) }
        guard before.st_size <= limit else { throw .tooLong(FileStamp(before)) }
        let bytes: [UInt8]
        do throws(BoundedRead.Fault) {
            bytes = try BoundedRead.all(of: descriptor, limit: limit, expected: Int(before.st_size))
        } catch {
            switch error {
            case .tooLong: return nil
            case .failed(let failure): throw .failed(failure)
            }
        }
        whenRead()
        let after = try status(of: descriptor)
        let stamp = FileStamp(before)
        guard FileStamp(after) == stamp, FileLook(at: path) == .there(stamp) else { return nil }
        return RegularFile(bytes, after)
    }

    private static func status(of descriptor: Int32) throws(FileFault) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .failed(SystemCallFailure(code: errno)) }
        return status
    }

    private static func fault(_ path: String, _ code: Int32) -> FileFault {
        switch code {
        case ENOENT, ENOTDIR: return .absent
        case ENXIO, ENODEV:
            // A socket, or a device that nothing drives: opening says no more of them.
            if case .there(let stamp) = FileLook(at: path) { return .irregular(stamp) }
        default: break
        }
        return .failed(SystemCallFailure(code: code))
    }
}
