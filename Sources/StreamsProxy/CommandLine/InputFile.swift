internal import Auth
internal import Glibc

/// A file that the command line names, or standard input as `-`. A pipe will do, as shells make it of `<(…)`.
enum InputFile {
    /// All of it. `option` is what named it, for the sentence of a refusal; `limit` is in bytes.
    static func read(_ path: String, limit: Int, option: String) throws(UsageError) -> [UInt8] {
        let isStandardInput = path == "-"
        let descriptor = isStandardInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(option, path, errno) }
        defer { if !isStandardInput { close(descriptor) } }
        do throws(BoundedRead.Fault) {
            return try BoundedRead.all(of: descriptor, limit: limit)
        } catch {
            switch error {
            case .tooLong: throw UsageError("\(option): \(Displayed.quoted(path)) is longer than \(limit) bytes")
            case .failed(let failure): throw Self.failure(option, path, failure.code)
            }
        }
    }

    private static func failure(_ option: String, _ path: String, _ code: Int32) -> UsageError {
        UsageError("\(option): \(Displayed.quoted(path)) can't be read: \(String(cString: strerror(code)))")
    }
}
