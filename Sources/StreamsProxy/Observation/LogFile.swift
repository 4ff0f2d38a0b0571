import Auth
import CLinux
import Glibc
import HTTPCore

/// The file that log lines go to, as the sink has it open. Whoever renames it, or what keeps it from being renamed, costs no
/// line that was written, and no more disk than was agreed to.
struct LogFile {
    let path: String
    /// In bytes; a file that has grown to it is renamed to `….1`, in the place of the one before.
    let maximumSize: Int?
    private(set) var descriptor: Int32
    private var size: Int
    /// When what has failed may be tried again, and told again.
    private var pause = Instant(nanoseconds: 0)
    private var hasFailed = false

    /// A note goes into this very file: without a pause a failure would tell of itself for ever.
    private static let shortestPause = Interval(nanoseconds: 60_000_000_000)

    init(path: String, maximumSize: Int?) throws(SystemError) {
        self.path = path
        self.maximumSize = maximumSize
        (descriptor, size) = try Self.open(path)
    }

    /// `O_NONBLOCK`: a path that names a pipe without a reader must not hold up the start.
    private static func open(_ path: String) throws(SystemError) -> (descriptor: Int32, size: Int) {
        let descriptor = DescriptorReserve.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o640)
        guard descriptor >= 0 else { throw SystemError(call: "open \(path)", code: -descriptor) }
        var status = stat()
        let isKnown = fstat(descriptor, &status) == 0
        return (descriptor, isKnown ? Int(status.st_size) : 0)
    }

    /// O_TMPFILE, which the Glibc module does not have.
    private static let unnamed = 0o20_000_000 | O_DIRECTORY

    /// Why the file could not be opened; nil where it could. It is not made.
    static func refusal(path: String) -> SystemError? {
        let flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK
        var result = DescriptorReserve.open(path, flags)
        if result == -ENOENT {
            // A file without a name vanishes when it is closed. Where the file system has none, rights must do.
            let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
            result = DescriptorReserve.open(folder, unnamed | O_WRONLY | O_CLOEXEC, 0o600)
            if result == -EOPNOTSUPP || result == -EISDIR {
                result = faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 ? Int32.max : -errno
            }
        }
        if result < 0 { return SystemError(call: "open \(path)", code: -result) }
        if result < Int32.max { DescriptorReserve.close(result) }
        return nil
    }

    func close() { DescriptorReserve.close(descriptor) }

    mutating func grow(by count: Int) { size += count }

    /// Opens the file anew: whoever renamed it wants the next lines elsewhere.
    mutating func reopen() {
        do throws(SystemError) {
            take(try Self.open(path))
        } catch {
            tell(
                "the log file can't be opened anew: \(error)",
                "lines go on to the old file; mend the folder, then send SIGUSR1 again")
        }
    }

    /// Renames the file where it has grown to its greatest size. Where that fails, lines go on to the old one for a minute;
    /// one that has twice that size is emptied, which is what renaming would have done to its older half.
    mutating func rotate() {
        guard let maximumSize, size >= maximumSize else { return }
        if now >= pause {
            do throws(SystemError) {
                take(try replaced())
            } catch {
                tell(
                    "the log file can't be renamed: \(error)",
                    "lines go on to the old file, which is emptied whenever it has twice MAX_LOG_FILE_SIZE; mend the folder"
                )
            }
        }
        if size >= 2 * maximumSize, ftruncate(descriptor, 0) == 0 { size = 0 }
    }

    private mutating func take(_ fresh: (descriptor: Int32, size: Int)) {
        close()
        (descriptor, size) = fresh
        if hasFailed { OperatorNotes.write(.info, of: .operator, "the log file is a new one again") }
        hasFailed = false
    }

    /// The old file keeps its name until the new one is there.
    private func replaced() throws(SystemError) -> (descriptor: Int32, size: Int) {
        let draft = "\(path).new"
        let fresh = try Self.open(draft)
        for (from, to) in [(path, "\(path).1"), (draft, path)] where rename(from, to) == -1 {
            let code = errno
            // Somebody else has renamed it already.
            if from == path, code == ENOENT { continue }
            unlink(draft)
            DescriptorReserve.close(fresh.descriptor)
            throw SystemError(call: "rename \(from)", code: code)
        }
        return fresh
    }

    private mutating func tell(_ message: String, _ advice: String) {
        hasFailed = true
        guard now >= pause else { return }
        pause = now.advanced(by: Self.shortestPause)
        OperatorNotes.write(.error, of: .operator, message, advice: advice)
    }

    private var now: Instant { Instant(nanoseconds: linux_monotonic()) }
}
