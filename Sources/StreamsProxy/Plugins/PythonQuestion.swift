internal import CLinux
internal import Glibc
internal import HTTPCore

/// Whether an interpreter will do: it is run once, and bounded in time.
package struct PythonQuestion: Sendable {
    let ask: @Sendable (PluginHostSettings) -> PythonFault?

    /// Nobody is asked: for commands that start no plugin.
    package static let none = PythonQuestion { _ in nil }

    /// Written for any Python, so that an old one can say that it is old.
    private static let program = """
        import sys
        words = ["python", "%d.%d" % sys.version_info[:2]]
        for name in ("aiohttp", "luna_plugins"):
            try:
                __import__(name)
            except BaseException:
                words.append(name)
        sys.stdout.write(" ".join(words))
        """

    /// Takes a fraction of a second; an interpreter that says nothing for `seconds` is killed.
    package static func running(seconds: Int = 20) -> PythonQuestion {
        PythonQuestion { settings in
            do throws(SystemError) {
                let said = try answer(settings, seconds: seconds)
                return said.map(fault) ?? .silent(seconds: seconds)
            } catch {
                return .refused(error)
            }
        }
    }

    static func fault(_ answer: String) -> PythonFault? {
        let words = answer.split { $0 == " " || $0.isNewline }
        guard words.count >= 2, words[0] == "python" else { return .unreadable }
        let version = words[1].split(separator: ".").compactMap { Int($0) }
        guard version.count == 2 else { return .unreadable }
        if (version[0], version[1]) < (3, 9) { return .tooOld(version: String(words[1])) }
        return words.count == 2 ? nil : .missing(String(words[2]))
    }

    /// Nil where nothing has come in time.
    private static func answer(_ settings: PluginHostSettings, seconds: Int) throws(SystemError) -> String? {
        var ends: [Int32] = [-1, -1]
        let code = linux_socket_pair(&ends)
        guard code == 0 else { throw SystemError(call: "socketpair", code: -code) }
        let reading = Descriptor(ends[0])
        let writing = Descriptor(ends[1])
        let child = try ChildProcess(
            settings.interpreter, ["-c", program], environment: ChildProcess.environment(for: settings),
            output: writing.number)
        _ = consume writing
        var text: [UInt8] = []
        let end = linux_monotonic() + Int64(seconds) * 1_000_000_000
        var isWhole = false
        while !isWhole, text.count < 4096 {
            let left = (end - linux_monotonic()) / 1_000_000
            var event = pollfd(fd: reading.number, events: Int16(POLLIN), revents: 0)
            guard left > 0, poll(&event, 1, Int32(min(left, 60_000))) > 0 else { break }
            var byte: UInt8 = 0
            let count = read(reading.number, &byte, 1)
            if count > 0 { text.append(byte) }
            isWhole = count == 0
        }
        child.kill(SIGKILL)
        _ = child.wait()
        return isWhole ? String(decoding: text, as: UTF8.self) : nil
    }
}

/// Why an interpreter will not do.
package enum PythonFault: Error, Sendable, Equatable {
    case refused(call: String, code: Int32)
    case silent(seconds: Int)
    case unreadable
    case tooOld(version: String)
    case missing(String)

    static func refused(_ error: SystemError) -> PythonFault { .refused(call: error.call, code: error.code) }

    /// Whether the package is what is missing, and not Python or what is installed for it.
    var isOfPackage: Bool { self == .missing("luna_plugins") }

    /// Whether it says nothing of Python: the system did not let it run, or kept it waiting.
    var isOfTheSystem: Bool {
        switch self {
        case .refused, .silent: true
        case .unreadable, .tooOld, .missing: false
        }
    }

    /// Follows "found …; ".
    func rule(_ settings: PluginHostSettings) -> String {
        switch self {
        case .refused(let call, let code): "can't be run: \(SystemError(call: call, code: code))"
        case .silent(let seconds): "does not answer within \(seconds) s"
        case .unreadable: "is no Python"
        case .tooOld(let version): "is Python \(version); plugins need Python 3.9 or newer"
        case .missing("luna_plugins"):
            "does not find luna_plugins in \(Displayed.quoted(settings.package, limit: 512)), or can't import it"
        case .missing(let name):
            "can't import \(name), which plugins need; on Debian and Ubuntu: apt install python3-\(name)"
        }
    }
}
