import Glibc

/// Asks somebody at the terminal for what must not be seen.
///
/// Whatever ends or stops the process meanwhile, the terminal shows again what is typed: signals are held back until that
/// is so.
final class TerminalPrompt {
    private enum Outcome {
        case lines([[UInt8]])
        /// The end of the input, or of the terminal.
        case ended
        /// A signal has come, and the process goes on after it.
        case interrupted
    }

    private let terminal: Int32
    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP]

    /// Nil where standard input is no terminal of this process.
    init?() {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        if terminal < 0 { return nil }
    }

    deinit {
        close(terminal)
    }

    /// Asked twice, since nobody sees what they type.
    func newPassword(of login: String) throws(DataRefusal) -> [UInt8] {
        while true {
            switch ask(["New password of \(Displayed.text(login)): ", "The same again: "]) {
            case .lines(let lines):
                guard lines[0] == lines[1] else { throw DataRefusal("the two passwords differ") }
                return lines[0]
            case .ended: throw DataRefusal("no password was given")
            case .interrupted: continue
            }
        }
    }

    private func ask(_ prompts: [String]) -> Outcome {
        var held = sigset_t()
        var former = sigset_t()
        sigemptyset(&held)
        for signal in Self.signals { sigaddset(&held, signal) }
        pthread_sigmask(SIG_BLOCK, &held, &former)
        // Runs last: what was held back acts now.
        defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
        var shown = termios()
        guard tcgetattr(terminal, &shown) == 0 else { return .ended }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        // What was typed before was seen, so it is no password.
        guard tcsetattr(terminal, TCSAFLUSH, &hidden) == 0 else { return .ended }
        defer { tcsetattr(terminal, TCSADRAIN, &shown) }
        var lines: [[UInt8]] = []
        for prompt in prompts {
            write(prompt)
            let line = line()
            write("\n")
            guard case .lines(let read) = line else { return line }
            lines += read
        }
        return .lines(lines)
    }

    private func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(terminal, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// One line without its end.
    private func line() -> Outcome {
        var line: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            var wanted = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wanted, 1, 100)
            if Self.hasSignal { return .interrupted }
            if ready == 0 { continue }
            let count = chunk.withUnsafeMutableBytes { Glibc.read(terminal, $0.baseAddress, $0.count) }
            guard count > 0 else { return .ended }
            line += chunk[..<count]
            if line.last == 0x0A { return .lines([line.dropLast()]) }
            // The terminal ends lines long before; no password is as long.
            if line.count > 1 << 16 { return .ended }
        }
    }

    private static var hasSignal: Bool {
        var pending = sigset_t()
        sigpending(&pending)
        return signals.contains { sigismember(&pending, $0) == 1 }
    }
}
