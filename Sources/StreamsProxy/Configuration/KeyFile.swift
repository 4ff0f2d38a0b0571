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
            throw SettingsFileError(sentence: "must be a regular file of at most \(sizeLimit >> 10) KiB")
        }
        var bytes: [UInt8] = []
        while bytes.count <= sizeLimit {
            var code: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: 16384) { buffer, count in
                let result = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                if result < 0 { code = errno }
                count = max(0, result)
            }
            if code == EINTR { continue }
            guard code == 0 else { throw failure(code) }
            if chunk.isEmpty { return bytes }
            bytes += chunk
        }
        throw SettingsFileError(sentence: "must be a regular file of at most \(sizeLimit >> 10) KiB")
    }

    private static func failure(_ code: Int32) -> SettingsFileError {
        switch code {
        case ENOENT, ENOTDIR: SettingsFileError(sentence: "there is no such file")
        case EACCES, EPERM: SettingsFileError(sentence: "this user has no permission to read the file")
        default: SettingsFileError(sentence: "the file can't be read: \(String(cString: strerror(code)))")
        }
    }
}
