internal import Auth
internal import HTTPCore
internal import JSON

/// `streams-proxy token create|list|update|delete`: the tokens of the accounts file, answers as JSON. A token is shown
/// once, when it is created; the file holds only what it permits.
package enum TokenCommand {
    /// `arguments` are those after `token`. Exit codes as for `account`.
    package static func run(
        _ arguments: [String], listing form: ListForm = .json, lookup: @escaping AccountsCommand.Lookup
    ) -> CommandResult {
        if arguments.contains(where: { $0 == "--help" || $0 == "-h" }) {
            return CommandResult(exitCode: 0, standardOutput: usage)
        }
        let command = AccountsCommand(form, lookup: lookup)
        let rest = arguments.dropFirst()
        do throws(CommandFailure) {
            switch arguments.first {
            case "create": return try create(rest, command)
            case "list": return try list(rest, command)
            case "update": return try update(rest, command)
            case "delete": return try delete(rest, command)
            case .some(let word):
                throw .usage(CommandOptions.unknown(word, among: ["create", "list", "update", "delete"]))
            case nil: throw .usage(UsageError("create, list, update or delete is missing"))
            }
        } catch {
            return error.result(command: "token")
        }
    }

    private static func create(
        _ arguments: ArraySlice<String>, _ command: AccountsCommand
    ) throws(CommandFailure) -> CommandResult {
        let options: CommandOptions
        do throws(UsageError) {
            options = try CommandOptions(
                arguments, [.required("--login"), .required("--permissions")] + TokenChanges.options)
        } catch {
            throw .usage(error)
        }
        let changes = try TokenChanges(options)
        let made = try command.apply(
            options,
            .createToken(.random(), of: .login(options["--login"] ?? ""), changes, now: AccountsCommand.now))
        return AccountsCommand.answer {
            $0.member("token_id", made.id.description)
            $0.member("token", made.token)
        }
    }

    private static func update(
        _ arguments: ArraySlice<String>, _ command: AccountsCommand
    ) throws(CommandFailure) -> CommandResult {
        let options: CommandOptions
        do throws(UsageError) {
            options = try CommandOptions(
                arguments, [.required("--token-id"), .optional("--permissions")] + TokenChanges.options)
            guard
                options["--permissions"] != nil
                    || TokenChanges.options.contains(where: { !$0.isFlag && options.has($0.name) })
            else {
                throw UsageError("nothing to change: give --permissions, --expires, --visibility-area or --description")
            }
        } catch {
            throw .usage(error)
        }
        let changes = try TokenChanges(options)
        let id = try tokenID(options)
        try command.apply(options, .changeToken(id, of: .anybody, changes))
        return AccountsCommand.answer { $0.member("token_id", id.description) }
    }

    private static func list(
        _ arguments: ArraySlice<String>, _ command: AccountsCommand
    ) throws(CommandFailure) -> CommandResult {
        let options: CommandOptions
        do {
            options = try CommandOptions(
                arguments,
                [
                    .optional("--login"), .optional("--expired", isFlag: true), .optional("--json", isFlag: true),
                ])
        } catch {
            throw .usage(error)
        }
        let (accounts, all, warnings) = try command.read(options)
        let logins = Dictionary(accounts.map { ($0.id, $0.login) }) { first, _ in first }
        let now = AccountsCommand.now
        let tokens = all.filter { token in
            (options["--login"].map { $0 == logins[token.accountID] } ?? true)
                && (!options.has("--expired") || token.expires.map { $0 <= now } ?? false)
        }
        return command.list(options, warnings: warnings) {
            $0.name("tokens")
            $0.array {
                for token in tokens {
                    $0.object {
                        $0.members(of: token)
                        $0.member("login", logins[token.accountID])
                    }
                }
            }
        } table: {
            ListForm.table(
                ["TOKEN ID", "LOGIN", "STREAMS", "AREA", "EXPIRES", "DESCRIPTION"],
                tokens.map { token in
                    let verbs = Verb.allCases.filter(token.permissions.streams.contains).map(\.name)
                    return [
                        token.id.description, logins[token.accountID] ?? "", verbs.joined(separator: ","),
                        token.visibility.rawValue, token.expires?.description ?? "never", token.description,
                    ]
                }, none: "no tokens")
        }
    }

    private static func delete(
        _ arguments: ArraySlice<String>, _ command: AccountsCommand
    ) throws(CommandFailure) -> CommandResult {
        let options: CommandOptions
        do { options = try CommandOptions(arguments, [.required("--token-id")]) } catch { throw .usage(error) }
        let id = try tokenID(options)
        try command.apply(options, .deleteToken(id, of: .anybody))
        return AccountsCommand.answer { $0.member("token_id", id.description) }
    }

    private static func tokenID(_ options: CommandOptions) throws(CommandFailure) -> UniqueID {
        guard let id = UniqueID(options["--token-id"] ?? "") else {
            throw .data(DataRefusal("--token-id must be a UUID"))
        }
        return id
    }

    package static let usage = """
        usage: streams-proxy token create --login L --permissions JSON [--expires TIME] [--visibility-area account|all]
                                          [--description D] [--allow-past] [--config FILE]
               streams-proxy token list [--login L] [--expired] [--json] [--config FILE]
               streams-proxy token update --token-id ID [--permissions JSON] [--expires TIME]
                                          [--visibility-area account|all] [--description D] [--allow-past]
                                          [--config FILE]
               streams-proxy token delete --token-id ID [--config FILE]

        Keeps the tokens of the accounts file (CONFIG_AUTHORIZATION_USERS); a running proxy follows within a second.
        Answers are JSON; a list on a terminal is a table, unless --json is given. The token itself is shown by create, and
        never again.

          --config FILE      the settings file (default config.json)
          --login L          of list: the tokens of that account only
          --expired          of list: tokens that have ended only
          --json             of list: JSON on a terminal too
          --permissions JSON what the token may do, like {"streams": ["creation", "view", "modification", "deletion"]};
                             other keys are kept as they are
          --expires TIME     a time of RFC 3339, like 2030-01-31T00:00:00Z; never (the default) for no end
          --allow-past       takes a time of --expires that is over: the token never passes, or does no more

        Examples:
          streams-proxy token create --login ann@example.com --permissions '{"streams": ["view"]}' \\
                                     --expires 2030-01-31T00:00:00Z --description 'wall display'
          streams-proxy token list --login ann@example.com

        Exit codes: 0 done, 64 wrong usage, 65 wrong data or no such token, 71 the system refused
        (no permission, another process has the file …), 78 wrong settings or accounts file.

        """
}
