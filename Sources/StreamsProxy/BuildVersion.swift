import CBuild
import JSON

/// Which program this is.
enum BuildVersion {
    static var number: String {
        let version = OwnResources.version
        return "\(version.major).\(version.minor).\(version.patch)"
    }

    /// The commit that it was built from, with `-dirty` where files were changed; empty where that is not known.
    static let commit: String = {
        let text = String(cString: build_commit())
        // What git puts into an archive is this without the signs.
        return text.utf8.first == UInt8(ascii: "$") ? "" : text
    }()
}

/// `streams-proxy version`.
enum VersionCommand {
    static func run(_ arguments: [String]) -> CommandResult {
        switch arguments {
        case []:
            let commit = BuildVersion.commit.isEmpty ? "" : " (commit \(BuildVersion.commit))"
            return CommandResult(exitCode: 0, standardOutput: "streams-proxy \(BuildVersion.number)\(commit)\n")
        case ["--json"]:
            var writer = JSONWriter()
            writer.object {
                $0.member("version", BuildVersion.number)
                $0.member("commit", BuildVersion.commit.isEmpty ? nil : BuildVersion.commit)
            }
            return CommandResult(exitCode: 0, standardOutput: writer.text + "\n")
        case ["--help"], ["-h"]: return CommandResult(exitCode: 0, standardOutput: usage)
        default:
            let unknown = arguments.first { $0 != "--json" } ?? ""
            return UsageError("unknown argument \(Displayed.quoted(unknown)); known: --json").result(command: "version")
        }
    }

    private static let usage = """
        usage: streams-proxy version [--json]

        Tells the version, and the commit that this program was built from where that is known.

        """
}
