/// Where a command has a new password from.
package struct PasswordSource {
    /// All of standard input.
    let standardInput: () -> [UInt8]
    /// Asks at the terminal for the password of that login; nil where there is none.
    let ask: ((_ login: String) throws(DataRefusal) -> [UInt8])?

    /// A script's.
    package init(standardInput: @escaping () -> [UInt8]) {
        self.standardInput = standardInput
        ask = nil
    }

    private init(terminal: TerminalPrompt) {
        standardInput = StandardInput.read
        ask = terminal.newPassword
    }

    /// This process's: whoever sits at a terminal is asked, so that no password is seen while it is typed.
    package static var ofProcess: PasswordSource {
        TerminalPrompt().map { PasswordSource(terminal: $0) } ?? PasswordSource(standardInput: StandardInput.read)
    }

    func password(of login: String) throws(DataRefusal) -> [UInt8] {
        if let ask { return try ask(login) }
        var bytes = standardInput()
        let count = bytes.count
        // One line end after it is not part of it.
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.count < count, bytes.last == 0x0D { bytes.removeLast() }
        return bytes
    }
}
