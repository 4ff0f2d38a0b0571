import Auth
import Glibc
import HTTPCore

/// `streams-proxy explain`: what the running proxy would decide on a request, step by step, and why.
package enum ExplainCommand {
    /// The most content that is read, in bytes.
    private static let contentLimit = 16 << 20
    /// The most field lines that are read from a file, in bytes: more than any head may have.
    private static let fieldsLimit = 1 << 16

    /// `arguments` are those after `explain`. Exit codes: 0 explained, whatever the decision; 64 wrong usage; 78 wrong
    /// settings or accounts file.
    package static func run(_ arguments: [String]) -> CommandResult {
        if arguments.contains(where: { $0 == "--help" || $0 == "-h" }) {
            return CommandResult(exitCode: 0, standardOutput: usage)
        }
        do throws(CommandFailure) {
            return try explain(arguments)
        } catch {
            return error.result(command: "explain")
        }
    }

    private static func explain(_ arguments: [String]) throws(CommandFailure) -> CommandResult {
        let options: CommandOptions
        let fields: [String]
        let content: [UInt8]?
        let owner: StreamOwner?
        let peer: IPAddress?
        do throws(UsageError) {
            options = try CommandOptions(
                arguments[...],
                [
                    .required("--request"), .repeated("--header"), .optional("--content"), .optional("--owner"),
                    .optional("--peer"),
                    .optional("--json", isFlag: true),
                ])
            fields = try Self.fields(options)
            owner = try Self.owner(options)
            peer = try options["--peer"].map { text throws(UsageError) in
                guard let address = IPAddress(text) else {
                    throw UsageError("--peer: found \(Displayed.quoted(text)); must be an IPv4 or IPv6 address")
                }
                return address
            }
            content = try options["--content"].map { path throws(UsageError) in
                try InputFile.read(path, limit: contentLimit, option: "--content")
            }
        } catch {
            throw .usage(error)
        }
        let configuration = try configuration(options)
        let (directory, warnings) = try directory(configuration)
        let explainer = Explainer(configuration, directory, owner: owner, peer: peer, now: now)
        let request = RequestText(
            line: options["--request"] ?? "", fields: fields, content: content, host: host(configuration))
        do {
            let explanation = try explainer.explain(request)
            return CommandResult(
                exitCode: 0, standardOutput: options.has("--json") ? explanation.json : explanation.text,
                standardError: warnings)
        } catch {
            throw .usage(error)
        }
    }

    /// `--header LINE`, or `--header @FILE` with a field line in each line: a credential has no place in the list of
    /// processes.
    private static func fields(_ options: CommandOptions) throws(UsageError) -> [String] {
        var fields: [String] = []
        for value in options.all("--header") {
            guard value.hasPrefix("@") else {
                fields.append(value)
                continue
            }
            let bytes = try InputFile.read(String(value.dropFirst()), limit: fieldsLimit, option: "--header")
            for line in bytes.split(separator: 0x0A) {
                let text = line.last == 0x0D ? line.dropLast() : line
                if !text.isEmpty { fields.append(String(decoding: text, as: UTF8.self)) }
            }
        }
        return fields
    }

    private static func owner(_ options: CommandOptions) throws(UsageError) -> StreamOwner? {
        guard let text = options["--owner"] else { return nil }
        if text == "absent" { return .absent }
        guard let id = UniqueID(text) else {
            throw UsageError("--owner: found \(Displayed.quoted(text)); must be an account's UUID, or absent")
        }
        return .account(id)
    }

    private static func configuration(_ options: CommandOptions) throws(CommandFailure) -> Configuration {
        switch ConfigurationReader.read(path: options.settingsPath) {
        case .valid(let configuration): return configuration
        case .invalid(let problems):
            throw .settings(ProblemLines(problems).result)
        }
    }

    /// As for `run`: where there is no accounts file yet, nobody can pass.
    private static func directory(
        _ configuration: Configuration
    ) throws(CommandFailure) -> (directory: AccountDirectory, warnings: String) {
        if configuration.accountsService != nil {
            return (AccountDirectory(AccountsDocument(signingKey: .random())), "")
        }
        let file = AccountsFile(path: configuration.accountsFile)
        switch file.read() {
        case .usable(let document, _, let warnings):
            return (AccountDirectory(document), warnings.map { "\($0)\n" }.joined())
        case .absent:
            return (
                AccountDirectory(AccountsDocument(signingKey: .random())),
                "\(file.path): not there, so nobody can pass yet\n"
            )
        case .unusable(let problems, _):
            throw .settings(ProblemLines(problems).result)
        }
    }

    private static func host(_ configuration: Configuration) -> String {
        let listener = configuration.listener
        return "\(listener.host):\(listener.port)"
    }

    /// Unix milliseconds.
    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    package static let usage = """
        usage: streams-proxy explain --request 'METHOD TARGET' [--header 'NAME: VALUE']… [--content FILE|-]
                                     [--owner UUID|absent] [--peer ADDRESS] [--json] [--config FILE]

        Tells what a running proxy would decide on this request, step by step, and what the client would get: its own
        error, or Luna-Streams' answer. The request is not forwarded and nothing changes. Passwords are verified, and
        nothing secret is printed.

          --request LINE     the request line; HTTP/1.1 is added where there is no version
          --header LINE      a field line, as often as needed, or @FILE with one in each line (@- is standard input):
                             what stands on a command line is seen by every user of the machine. A Host is added
                             where there is none
          --content FILE     the content, - for standard input; its Content-Length is added where no field frames it
          --owner WHOSE      the account that has the stream, or absent; without it Luna-Streams is asked, where the
                             decision hangs on it
          --peer ADDRESS     who connects, or whom a PROXY header names: of one of TRUSTED_PROXIES the X-Forwarded-For
                             counts
          --json             one JSON object, always with the same members; what was not reached is null
          --config FILE      the settings file (default config.json)

        Examples:
          streams-proxy explain --request 'GET /6/plugins/luna-streams/streams' --header @headers.txt
          streams-proxy explain --request 'DELETE /6/plugins/luna-streams/streams/28add87f-6f88-43e9-bd15-31f8c25a3585' \\
                                --header "Authorization: Bearer $TOKEN" --owner absent --json

        Exit codes: 0 explained, whatever the decision; 64 wrong usage; 78 wrong settings or accounts file.

        """
}
