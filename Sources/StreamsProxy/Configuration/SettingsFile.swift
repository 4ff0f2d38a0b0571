internal import Glibc

/// Why the settings file could not be read at all.
struct SettingsFileError: Error, Equatable {
    /// For the operator, after the file's name.
    let sentence: String
}

/// The settings file on disk.
enum SettingsFile {
    /// Far above any settings.
    static let sizeLimit = 1 << 20

    static func read(_ path: String) throws(SettingsFileError) -> [UInt8] {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw SettingsFileError(sentence: "this is no file name") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        do throws(BoundedRead.Fault) {
            return try BoundedRead.all(of: descriptor, limit: sizeLimit)
        } catch {
            switch error {
            case .tooLong:
                throw SettingsFileError(
                    sentence: "the file is longer than \(sizeLimit) bytes, so it can't be a settings file")
            case .failed(let code): throw failure(code)
            }
        }
    }

    private static func failure(_ code: Int32) -> SettingsFileError {
        switch code {
        case ENOENT, ENOTDIR:
            SettingsFileError(sentence: "there is no such file; name the settings file with --config")
        case EISDIR: SettingsFileError(sentence: "this is a directory, not a settings file")
        case EACCES, EPERM: SettingsFileError(sentence: "this user has no permission to read the file")
        default: SettingsFileError(sentence: "the file can't be read: \(String(cString: strerror(code)))")
        }
    }

    /// `path` as seen from the folder that `file` is in; a path from the root stays as it is.
    static func resolve(_ path: String, besides file: String) throws(SettingsFileError) -> String {
        if path.utf8.first == UInt8(ascii: "/") { return path }
        var folder = file.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(file[...$0]) } ?? ""
        if folder.utf8.first != UInt8(ascii: "/") {
            guard let current = getcwd(nil, 0) else { throw failure(errno) }
            defer { free(current) }
            folder = "\(String(cString: current))/\(folder)"
        }
        let segments = "\(folder)\(path)".split(separator: "/").filter { $0 != "." }
        return "/" + segments.joined(separator: "/")
    }
}
