import Glibc
import Testing

/// The real executable on a port of the system's choosing, killed when the test is done with it.
final class RunningDemo {
    private let process: pid_t
    private var hasEnded = false
    /// What it said first.
    let firstLine: String
    let port: UInt16

    init(_ arguments: [String] = []) throws {
        let (read, write) = try Self.pipe()
        defer { close(read) }
        process = try Self.start(["--port", "0"] + arguments, output: write)
        close(write)
        firstLine = Self.line(from: read)
        let digits = firstLine.split(separator: ":").last.map(String.init) ?? ""
        port = try #require(UInt16(digits), "no port in '\(firstLine)'")
    }

    deinit {
        guard !hasEnded else { return }
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }

    /// Sends the signal and waits; the exit status, or nil where the signal itself was the end.
    func end(_ signal: Int32) -> Int32? {
        kill(process, signal)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        hasEnded = true
        return status & 0x7F == 0 ? status >> 8 & 0xFF : nil
    }

    /// How many descriptors the process has open.
    var openDescriptors: Int {
        guard let folder = opendir("/proc/\(process)/fd") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count
    }

    /// Both ends stay out of other programs that tests start meanwhile.
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(Glibc.pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func start(_ arguments: [String], output: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        let path = executable
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        try #require(posix_spawn(&process, path, &actions, nil, &words, nil) == 0, "cannot run \(path)")
        return process
    }

    /// The demo is built beside the test bundle, which is the program that runs now.
    private static var executable: String {
        var path = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count)
        let bytes = path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
        let folder = bytes.split(separator: UInt8(ascii: "/")).dropLast()
        return "/" + folder.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/") + "/demo-luna-streams"
    }

    private static func line(from descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(descriptor, &byte, 1) == 1, byte != 0x0A { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
