internal import Auth
internal import CLinux
internal import Glibc
internal import HTTPCore

/// A process that we have started and must reap.
struct ChildProcess: Sendable {
    let number: pid_t

    /// Starts `path` with standard input at /dev/null and the signals as a program expects them: ours are ignored or
    /// blocked. `output` takes the place of standard output, or our standard error does; `control` becomes descriptor 3.
    /// All other descriptors of ours close by themselves.
    init(
        _ path: String, _ arguments: [String], environment: [String], output: Int32? = nil, control: Int32? = nil
    ) throws(SystemError) {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output ?? 2, 1)
        if output != nil { posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) }
        if let control { posix_spawn_file_actions_adddup2(&actions, control, 3) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGPIPE] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { for text in words + variables { free(text) } }
        var number: pid_t = 0
        let code = posix_spawn(&number, path, &actions, &attributes, &words, &variables)
        guard code == 0 else { throw SystemError(call: "posix_spawn", code: code) }
        self.number = number
    }

    /// It leads a process group of its own once it has made one: then all of that is meant.
    func kill(_ signal: Int32) {
        if Glibc.kill(-number, signal) != 0 { Glibc.kill(number, signal) }
    }

    /// Whether it has ended, and only waits for being reaped.
    var hasEnded: Bool {
        var information = siginfo_t()
        return waitid(P_PID, id_t(number), &information, WEXITED | WNOHANG | WNOWAIT) == 0
            && information.si_signo == SIGCHLD
    }

    /// Waits until it has ended, which must be certain; how it did.
    func wait() -> ProcessEnd {
        var status: Int32 = 0
        while waitpid(number, &status, 0) < 0, errno == EINTR {}
        return ProcessEnd(waitStatus: status)
    }

    /// Bytes of memory that it really takes; 0 where that can't be known.
    var residentBytes: Int {
        guard let text = BoundedRead.small("/proc/\(number)/statm") else { return 0 }
        let words = text.split(separator: UInt8(ascii: " "))
        guard words.count > 1, let pages = Int(String(decoding: words[1], as: UTF8.self)) else { return 0 }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Our environment, without what is for this process alone, and with the package in Python's path.
    static func environment(for settings: PluginHostSettings) -> [String] {
        var variables: [String] = []
        var path = "PYTHONPATH=\(settings.package)"
        var next = linux_environment()
        while let text = next?.pointee {
            let variable = String(cString: text)
            next = next?.successor()
            let name = variable.prefix { $0 != "=" }
            switch name {
            case "PYTHONPATH": path += ":\(variable.dropFirst(11))"
            case "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "WATCHDOG_PID", "WATCHDOG_USEC": break
            default: variables.append(variable)
            }
        }
        // The folder that we were started in is no place for modules (Python 3.11).
        return variables + [path, "PYTHONSAFEPATH=1"]
    }
}
