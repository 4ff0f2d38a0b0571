internal import Glibc

/// A file with an issuer's public keys, read whole.
enum KeyFile {
    /// Far above any set of keys.
    private static let sizeLimit = 1 << 18

    static func read(_ path: String) throws(SettingsFileError) -> [UInt8] {
        // Without O_NONBLOCK a pipe would hold us until somebody writes to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(errno) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= sizeLimit else {
            throw SettingsFileError(sentence: tooLong)
        }
        do throws(BoundedRead.Fault) {
            return try BoundedRead.all(of: descriptor, limit: sizeLimit)
        } catch {
            switch error {
            case .tooLong: throw SettingsFileError(sentence: tooLong)
            case .failed(let code): throw failure(code)
            }
        }
    }

    private static let tooLong = "must be a regular file of at most \(sizeLimit >> 10) KiB"

    private static func failure(_ code: Int32) -> SettingsFileError {
        switch code {
        case ENOENT, ENOTDIR: SettingsFileError(sentence: "there is no such file")
        case EACCES, EPERM: SettingsFileError(sentence: "this user has no permission to read the file")
        default: SettingsFileError(sentence: "the file can't be read: \(String(cString: strerror(code)))")
        }
    }
}
