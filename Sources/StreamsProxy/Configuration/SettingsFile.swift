internal import Auth
internal import Glibc

/// Why the settings file, or one that it names, can't be used.
struct SettingsFileError: Error, Equatable {
    /// For the operator, after the file's name.
    let sentence: String
    /// The system refuses to hand it over; what stands in it may be good.
    var isSystems = false
}

/// A file that settings are read from.
enum SettingsFile {
    /// Of the settings themselves, in bytes: far above any.
    private static let sizeLimit = 1 << 20
    /// Of a file that they name, with certificates or keys.
    private static let namedSizeLimit = 1 << 18

    static func read(_ path: String, _ files: inout FilesRead) throws(SettingsFileError) -> RegularFile {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw SettingsFileError(sentence: "this is no file name") }
        return try read(
            path, limit: sizeLimit, absent: "there is no such file; name the settings file with --config", &files)
    }

    /// One that the settings name.
    static func readNamed(_ path: String, _ files: inout FilesRead) throws(SettingsFileError) -> RegularFile {
        try read(path, limit: namedSizeLimit, absent: "there is no such file", &files)
    }

    private static func read(
        _ path: String, limit: Int, absent: String, _ files: inout FilesRead
    ) throws(SettingsFileError) -> RegularFile {
        do throws(FileFault) {
            return try files.read(path, limit: limit)
        } catch {
            switch error {
            case .absent: throw SettingsFileError(sentence: absent)
            case .irregular, .tooLong:
                throw SettingsFileError(sentence: "must be a regular file of at most \(limit >> 10) KiB")
            case .unsettled: throw SettingsFileError(sentence: "the file changes while it is read")
            case .failed(let failure): throw Self.failure(failure.code)
            }
        }
    }

    private static func failure(_ code: Int32) -> SettingsFileError {
        let sentence =
            switch code {
            case EACCES, EPERM: "this user has no permission to read the file"
            default: "the file can't be read: \(String(cString: strerror(code)))"
            }
        return SettingsFileError(sentence: sentence, isSystems: true)
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
