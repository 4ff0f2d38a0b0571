internal import HTTPCore

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
            switch ConfigurationReader.read(path: options.configurationPath, asking: .running()) {
            case .valid(let configuration):
                return check(options.applied(to: configuration), options)
            case .invalid(let problems):
                return invalid(problems)
            }
        } catch {
            return error.result(command: RunOptions.Command.check.rawValue)
        }
    }

    private static func check(_ configuration: Configuration, _ options: RunOptions) -> CommandResult {
        var certificate: TLSCertificate?
        var warnings = ""
        switch configuration.loadTLS() {
        case .off: break
        case .loaded(let identity, let found):
            certificate = identity.certificate
            warnings = found.map { "warning: \($0)\n" }.joined()
        case .invalid(let problems): return invalid(problems)
        }
        let summary = ConfigurationSummary(configuration, certificate: certificate)
        let file = Displayed.text(options.configurationPath, limit: 512)
        let text = "\(file): valid\n\n\(summary.text)"
        let result =
            options.isProbeWanted
            ? probe(configuration, options.probeCredential, after: text)
            : CommandResult(exitCode: 0, standardOutput: text)
        return CommandResult(
            exitCode: result.exitCode, standardOutput: result.standardOutput,
            standardError: warnings + result.standardError)
    }

    private static func invalid(_ problems: [ConfigurationProblem]) -> CommandResult {
        CommandResult(exitCode: 78, standardError: problems.map { "\($0)\n" }.joined() + count(problems))
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
