/// `streams-proxy check`: says whether `run` would accept the settings, and what they come to.
package enum CheckCommand {
    /// `arguments` are those after `check`. Exit code 0 for valid settings, 78 for others, 69 for a service that
    /// `--probe` found wanting, 64 for a wrong command line.
    package static func run(_ arguments: [String]) -> CommandResult {
        do throws(UsageError) {
            let options = try RunOptions(arguments, of: .check)
            if options.isHelpWanted {
                return CommandResult(exitCode: 0, standardOutput: RunOptions.usage(of: .check))
            }
            switch ConfigurationReader.read(path: options.configurationPath) {
            case .valid(let configuration):
                let summary = ConfigurationSummary(options.applied(to: configuration))
                let file = Displayed.text(options.configurationPath, limit: 512)
                let text = "\(file): valid\n\n\(summary.text)"
                return options.isProbeWanted
                    ? probe(configuration, options.probeCredential, after: text)
                    : CommandResult(exitCode: 0, standardOutput: text)
            case .invalid(let problems):
                return CommandResult(
                    exitCode: 78, standardError: problems.map { "\($0)\n" }.joined() + Self.count(problems))
            }
        } catch {
            return error.result(command: RunOptions.Command.check.rawValue)
        }
    }

    private static func probe(
        _ configuration: Configuration, _ credential: ProbeCredential?, after text: String
    ) -> CommandResult {
        var probe = ServiceProbe(configuration, credential)
        probe.run()
        return CommandResult(exitCode: probe.isGood ? 0 : 69, standardOutput: "\(text)\n\(probe.text)")
    }

    private static func count(_ problems: [ConfigurationProblem]) -> String {
        problems.count == 1 ? "1 problem\n" : "\(problems.count) problems\n"
    }
}
