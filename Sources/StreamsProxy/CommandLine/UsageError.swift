/// A command line that can't be followed.
package struct UsageError: Error, Sendable, Equatable {
    /// One sentence: what is wrong with which argument.
    package let sentence: String

    package init(_ sentence: String) {
        self.sentence = sentence
    }

    /// For standard error: the sentence, and where to read on.
    package func result(command: String) -> CommandResult {
        CommandResult(
            exitCode: 64,
            standardError: "streams-proxy \(command): \(sentence)\nTry: streams-proxy \(command) --help\n")
    }
}
