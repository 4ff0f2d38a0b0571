package import Auth
internal import HTTPCore
internal import JSON

/// `streams-proxy account create|update|list|delete`: the accounts of the accounts file, answers as JSON.
package enum AccountCommand {
    /// `arguments` are those after `account`. Exit codes: 0 done, 64 wrong usage, 65 wrong data or no such account,
    /// 78 wrong settings or accounts file. `cost` is what a new password's hash costs.
    package static func run(
        _ arguments: [String], passwords: PasswordSource = .ofProcess, cost: PasswordCost = .standard,
        listing form: ListForm = .json, lookup: @escaping AccountsCommand.Lookup
    ) -> CommandResult {
        if arguments.contains(where: { $0 == "--help" || $0 == "-h" }) {
            return CommandResult(exitCode: 0, standardOutput: usage)
        }
        let command = AccountsCommand(form, lookup: lookup)
        let rest = arguments.dropFirst()
        do throws(CommandFailure) {
            switch arguments.first {
            case "create": return try create(rest, passwords, cost, command)
            case "update": return try update(rest, passwords, cost, command)
            case "list": return try list(rest, command)
            case "delete": return try delete(rest, command)
            case .some(let word):
                throw .usage(CommandOptions.unknown(word, among: ["create", "update", "list", "delete"]))
            case nil: throw .usage(UsageError("create, update, list or delete is missing"))
            }
        } catch {
            return error.result(command: "account")
        }
    }

    private static func create(
        _ arguments: ArraySlice<String>, _ passwords: PasswordSource, _ cost: PasswordCost,
        _ command: AccountsCommand
    ) throws(CommandFailure) -> CommandResult {
        let options: CommandOptions
        let type: AccountType
        do throws(UsageError) {
            options = try CommandOptions(
                arguments,
                [
                    .required("--login"), .required("--type"), .optional("--account-id"), .optional("--description"),
                    .optional("--password-stdin", isFlag: true),
                ])
            type = try AccountsCommand.word(options, "--type") ?? .user
            guard passwords.ask != nil || options.has("--password-stdin") else {
                throw UsageError("--password-stdin is missing, and standard input is no terminal to ask at")
            }
        } catch {
            throw .usage(error)
        }
        let least = try command.passwordMinimum(options)
        let account: AccountRecord
        do throws(DataRefusal) {
            let login = options["--login"] ?? ""
            if let fault = Login.fault(in: login) { throw DataRefusal("--login \(fault)") }
            var id = UniqueID.random()
            if let text = options["--account-id"] {
                guard let given = UniqueID(text) else { throw DataRefusal("--account-id must be a UUID") }
                id = given
            }
            let description = try Self.description(options) ?? ""
            account = AccountRecord(
                id: id, login: login, type: type, description: description,
                password: try password(of: login, passwords, least, cost), created: AccountsCommand.now)
        } catch {
            throw .data(error)
        }
        try command.apply(options, .createAccount(account))
        return AccountsCommand.answer { $0.member("account_id", account.id.description) }
    }

    private static func update(
        _ arguments: ArraySlice<String>, _ passwords: PasswordSource, _ cost: PasswordCost,
        _ command: AccountsCommand
    ) throws(CommandFailure) -> CommandResult {
        let options: CommandOptions
        let type: AccountType?
        let isOnlyPassword: Bool
        do throws(UsageError) {
            options = try CommandOptions(
                arguments,
                [
                    .required("--login"), .optional("--type"), .optional("--description"),
                    .optional("--password-stdin", isFlag: true),
                ])
            type = try AccountsCommand.word(options, "--type")
            isOnlyPassword = type == nil && options["--description"] == nil
            guard !isOnlyPassword || options.has("--password-stdin") || passwords.ask != nil else {
                throw UsageError("nothing to change: give --type, --description or --password-stdin")
            }
        } catch {
            throw .usage(error)
        }
        let least = try command.passwordMinimum(options)
        let description: String?
        let password: PasswordHash?
        do throws(DataRefusal) {
            description = try Self.description(options)
            password =
                isOnlyPassword || options.has("--password-stdin")
                ? try Self.password(of: options["--login"] ?? "", passwords, least, cost) : nil
        } catch {
            throw .data(error)
        }
        let edit = AccountEdit(type: type, description: description, password: password)
        let id = try command.apply(options, .updateAccount(login: options["--login"] ?? "", edit)).id
        return AccountsCommand.answer { $0.member("account_id", id.description) }
    }

    private static func list(
        _ arguments: ArraySlice<String>, _ command: AccountsCommand
    ) throws(CommandFailure) -> CommandResult {
        let options: CommandOptions
        let type: AccountType?
        do throws(UsageError) {
            options = try CommandOptions(
                arguments, [.optional("--login"), .optional("--type"), .optional("--json", isFlag: true)])
            type = try AccountsCommand.word(options, "--type")
        } catch {
            throw .usage(error)
        }
        let (all, _, warnings) = try command.read(options)
        let accounts = all.filter { account in
            (options["--login"].map { $0 == account.login } ?? true) && (type.map { $0 == account.type } ?? true)
        }
        return command.list(options, warnings: warnings) {
            $0.name("accounts")
            $0.array {
                for account in accounts {
                    $0.object { $0.members(of: account) }
                }
            }
        } table: {
            ListForm.table(
                ["LOGIN", "TYPE", "ACCOUNT ID", "CREATED", "DESCRIPTION"],
                accounts.map {
                    [$0.login, $0.type.rawValue, $0.id.description, $0.created.description, $0.description]
                }, none: "no accounts")
        }
    }

    /// Its tokens go with it.
    private static func delete(
        _ arguments: ArraySlice<String>, _ command: AccountsCommand
    ) throws(CommandFailure) -> CommandResult {
        let options: CommandOptions
        do { options = try CommandOptions(arguments, [.required("--login")]) } catch { throw .usage(error) }
        let id = try command.apply(options, .deleteAccount(login: options["--login"] ?? "")).id
        return AccountsCommand.answer { $0.member("account_id", id.description) }
    }

    /// `--description`, as long as LUNA has it at most.
    private static func description(_ options: CommandOptions) throws(DataRefusal) -> String? {
        guard let description = options["--description"] else { return nil }
        guard description.unicodeScalars.count <= 128 else {
            throw DataRefusal("--description has more than 128 characters")
        }
        return description
    }

    private static func password(
        of login: String, _ source: PasswordSource, _ least: Int, _ cost: PasswordCost
    ) throws(DataRefusal) -> PasswordHash {
        let bytes = try source.password(of: login)
        if let fault = Login.fault(inPassword: bytes, least: least) { throw DataRefusal(fault) }
        guard let hash = PasswordHash(of: Secret(bytes), cost: cost) else {
            throw DataRefusal("there is not enough memory to hash the password")
        }
        return hash
    }

    package static let usage = """
        usage: streams-proxy account create --login L --type user|advanced_user|admin [--account-id UUID]
                                            [--description D] [--password-stdin] [--config FILE]
               streams-proxy account update --login L [--type T] [--description D] [--password-stdin] [--config FILE]
               streams-proxy account list [--login L] [--type T] [--json] [--config FILE]
               streams-proxy account delete --login L [--config FILE]

        Keeps the accounts of the accounts file (CONFIG_AUTHORIZATION_USERS); a running proxy follows within a second.
        Answers are JSON; a list on a terminal is a table, unless --json is given.

          --config FILE      the settings file (default config.json)
          --login L          of list: that account only
          --type T           user, advanced_user or admin; of list: accounts of that type only
          --json             of list: JSON on a terminal too
          --password-stdin   read the password from standard input; one line end after it is not part of it

        At a terminal the password is asked for twice, and not shown: by create, and by update with --password-stdin or
        nothing else to change. It has as many characters as PASSWORD_MINIMUM_LENGTH says (8), at most 128.

        Examples:
          printf '%s\\n' "$PASSWORD" |
            streams-proxy account create --login ann@example.com --type user --password-stdin
          streams-proxy account list --type admin

        Exit codes: 0 done, 64 wrong usage, 65 wrong data or no such account, 71 the system refused
        (no permission, another process has the file …), 78 wrong settings or accounts file.

        """
}
