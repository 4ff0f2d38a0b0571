internal import HTTPCore

/// `streams-proxy check`: does what `run` does before it listens, and says what the settings come to. It leaves nothing behind.
package enum CheckCommand {
    /// `arguments` are those after `check`. Exit code 0 for valid settings, 78 for others, 71 where the system
    /// would refuse, 69 for a service that `--probe` found wanting, 64 for a wrong command line.
    package static func run(_ arguments: [String]) -> CommandResult {
        do throws(UsageError) {
            let options = try RunOptions(arguments, of: .check)
            if options.isHelpWanted {
                return CommandResult(exitCode: 0, standardOutput: RunOptions.usage(of: .check))
            }
            let reading = LoadedSettings.read(options)
            let refusals = reading.configuration.map(StartCheck.refusals) ?? []
            switch reading.outcome {
            case .usable(let settings) where refusals.isEmpty: return check(settings, options)
            case .usable: return failed(ProblemLines(), refusals)
            case .unusable(let problems): return failed(problems, refusals)
            }
        } catch {
            return error.result(command: RunOptions.Command.check.rawValue)
        }
    }

    private static func failed(_ problems: ProblemLines, _ refusals: [SystemError]) -> CommandResult {
        var problems = problems
        for refusal in refusals { problems.add(refusal) }
        let count = problems.count == 1 ? "1 problem\n" : "\(problems.count) problems\n"
        return CommandResult(exitCode: problems.exitCode, standardError: problems.text + count)
    }

    private static func check(_ settings: LoadedSettings, _ options: RunOptions) -> CommandResult {
        let file = Displayed.text(options.configurationPath, limit: 512)
        let text = "\(file): valid\n\n\(settings.summary().text)"
        let result =
            options.isProbeWanted
            ? probe(settings.configuration, options.probeCredential, after: text)
            : CommandResult(exitCode: 0, standardOutput: text)
        return CommandResult(
            exitCode: result.exitCode, standardOutput: result.standardOutput,
            standardError: settings.warnings.map { "\($0)\n" }.joined() + result.standardError)
    }

    private static func probe(
        _ configuration: Configuration, _ credential: ProbeCredential?, after text: String
    ) -> CommandResult {
        var probe = ServiceProbe(configuration, credential)
        probe.run()
        return CommandResult(exitCode: probe.isGood ? 0 : 69, standardOutput: "\(text)\n\(probe.text)")
    }
}
