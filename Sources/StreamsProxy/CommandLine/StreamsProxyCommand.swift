/// The program: the first argument names what to do.
package enum StreamsProxyCommand {
    package static func run(_ arguments: [String]) -> CommandResult {
        let rest = Array(arguments.dropFirst())
        switch arguments.first {
        case "run": return RunCommand.run(rest)
        case "check": return CheckCommand.run(rest)
        case "explain": return ExplainCommand.run(rest)
        case "account": return AccountCommand.run(rest, listing: .standard, lookup: accountsFile)
        case "token": return TokenCommand.run(rest, listing: .standard, lookup: accountsFile)
        case "version", "--version", "-v", "-V": return VersionCommand.run(rest)
        case "help", "--help", "-h": return CommandResult(exitCode: 0, standardOutput: usage)
        case nil: return CommandResult(exitCode: 64, standardError: usage)
        case .some(let name):
            let hint = NearestName.of(name, among: names).map { "did you mean \($0)?\n" } ?? usage
            return CommandResult(
                exitCode: 64, standardError: "streams-proxy: no command \(Displayed.quoted(name)); \(hint)")
        }
    }

    private static func accountsFile(settings path: String) -> AccountsFileLocation {
        switch ConfigurationReader.read(path: path) {
        case .valid(let configuration):
            configuration.accountsService == nil
                ? .found(path: configuration.accountsFile, passwordMinimum: configuration.passwordMinimum)
                : .failed(
                    CommandResult(
                        exitCode: 78,
                        standardError:
                            "\(Displayed.text(path, limit: 512)): ADDITIONAL_SERVICES_USAGE.LUNA_ACCOUNTS is on: "
                            + "accounts and tokens are those of Luna-Accounts\n"))
        case .invalid(let problems):
            .failed(ProblemLines(problems).result)
        }
    }

    private static let names = ["run", "check", "explain", "account", "token", "version", "help"]

    private static let usage = """
        streams-proxy: authentication, permissions and account isolation in front of Luna-Streams

          streams-proxy run     [--config F] [--host H] [--port N] [--workers N]
          streams-proxy check   [--config F]
          streams-proxy explain --request 'METHOD TARGET' [--header 'NAME: VALUE']… [--json] …
          streams-proxy account create|update|list|delete …
          streams-proxy token   create|update|list|delete …
          streams-proxy version [--json]

        `streams-proxy COMMAND --help` tells more. The settings file is config.json unless --config names another.

        """
}
