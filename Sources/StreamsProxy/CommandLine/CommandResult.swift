/// What a command of the executable came to: main writes the texts and exits with the code.
package struct CommandResult: Sendable, Equatable {
    /// 0, or one of sysexits: 64 wrong usage, 78 wrong settings.
    package let exitCode: Int32
    /// Whole lines, or empty.
    package let standardOutput: String
    /// Whole lines, or empty.
    package let standardError: String

    package init(exitCode: Int32, standardOutput: String = "", standardError: String = "") {
        self.exitCode = exitCode
        self.standardOutput = standardOutput
        self.standardError = standardError
    }
}
