import Auth
import HTTPCore

/// Settings and accounts as they were read, valid: what the proxy starts with, and what takes their place later.
struct LoadedSettings: Sendable {
    let configuration: Configuration
    let accounts: AccountsSource
    /// Nil where clients are met in plain.
    let identity: TLSIdentity?
    /// The accounts file, and its state when it was read; nil where Luna-Accounts decides.
    let followed: Followed?
    /// For the operator, whole lines.
    let warnings: [String]

    struct Followed: Sendable {
        let file: AccountsFile
        let known: FileLook
    }

    enum Outcome {
        case usable(LoadedSettings)
        case unusable(ProblemLines)
    }

    /// What reading came to, and by what files but that of the accounts.
    struct Reading {
        let outcome: Outcome
        let files: FilesRead
        /// What the settings say although there may be problems; nil where they can't be read.
        let configuration: Configuration?
    }

    /// Reads the settings file and what it names: all that is wrong with any of it is told. `old` is what it would replace:
    /// what Luna-Accounts has said is kept where it is still asked in the same way.
    static func read(_ options: RunOptions, replacing old: LoadedSettings? = nil) -> Reading {
        let reading = ConfigurationReader.reading(path: options.configurationPath, asking: .running())
        var files = reading.files
        var problems = ProblemLines()
        var warnings = reading.warnings.map { "warning: \($0)" }
        var accounts: (source: AccountsSource, followed: Followed?)?
        var identity: TLSIdentity?
        if case .invalid(let found) = reading.result { problems.add(found) }
        let configuration = reading.partial.map(options.applied)
        switch configuration?.tls?.load(&files) {
        case nil: break
        case .invalid(let found): problems.add(found)
        case .loaded(let loaded, let found):
            identity = loaded
            warnings += found.map { "warning: \($0)" }
        }
        if let configuration, reading.areAccountsKnown {
            accounts = readAccounts(configuration, replacing: old, &problems, &warnings, &files)
        }
        guard problems.isEmpty, let configuration, let accounts else {
            return Reading(outcome: .unusable(problems), files: files, configuration: configuration)
        }
        let settings = LoadedSettings(
            configuration: configuration, accounts: accounts.source, identity: identity, followed: accounts.followed,
            warnings: warnings)
        return Reading(outcome: .usable(settings), files: files, configuration: configuration)
    }

    /// Nil where there is a problem.
    private static func readAccounts(
        _ configuration: Configuration, replacing old: LoadedSettings?, _ problems: inout ProblemLines,
        _ warnings: inout [String], _ files: inout FilesRead
    ) -> (source: AccountsSource, followed: Followed?)? {
        if let service = configuration.accountsService {
            if let old, case .service = old.accounts, old.configuration.accountsService == service,
                old.configuration.decisionCache == configuration.decisionCache
            {
                return (old.accounts, nil)
            }
            let table = DecisionTable(DecisionTable.Settings(configuration.decisionCache))
            return (.service(table, AccountsContract(service)), nil)
        }
        let file = AccountsFile(path: configuration.accountsFile)
        let generation = AccountDirectory.nextGeneration()
        switch file.read() {
        case .usable(let document, let stamp, let found):
            warnings += found.map(\.description)
            return (
                .file(AccountDirectory(document, generation: generation)), Followed(file: file, known: .there(stamp))
            )
        case .absent:
            // A proxy may be started before the first account is made; one that runs has somebody to lose.
            if old != nil {
                files.note(file.path, .absent)
                problems.add("\(file.path): not there; `streams-proxy account create` makes it")
                return nil
            }
            return (
                .file(AccountDirectory(AccountsDocument(signingKey: .random()))), Followed(file: file, known: .absent)
            )
        case .unusable(let found, let look):
            files.note(file.path, look)
            problems.add(found)
            return nil
        }
    }

    /// What the settings come to, for the operator.
    func summary(workers: Int? = nil, listening urls: [String] = [], passedOn names: [String] = [])
        -> ConfigurationSummary
    {
        var configuration = configuration
        configuration.listener.workers = workers ?? configuration.listener.workers
        return ConfigurationSummary(
            configuration, certificate: identity?.certificate, accounts: accountsInWords, listening: urls,
            passedOn: names)
    }

    /// What a proxy that starts says beside its warnings.
    var hint: String? {
        guard let followed, followed.known == .absent else { return nil }
        return "\(followed.file.path): not there, so nobody can pass yet; "
            + "`streams-proxy account create` makes it\(followed.file.condition)"
    }

    private var accountsInWords: String {
        guard case .file(let directory) = accounts, let followed else { return "" }
        if followed.known == .absent {
            return "not there yet; make it with: streams-proxy account create\(followed.file.condition)"
        }
        let (accounts, tokens) = (directory.accountCount, directory.tokenCount)
        return "\(accounts) account\(accounts == 1 ? "" : "s"), \(tokens) token\(tokens == 1 ? "" : "s")"
    }

    /// The same with the accounts as they are by now: what was read since is not taken back.
    func withAccountsOfNow() -> LoadedSettings {
        let generation = AccountDirectory.nextGeneration()
        guard let followed, followed.known.isOutdated(by: FileLook(at: followed.file.path)),
            case .usable(let document, let stamp, _) = followed.file.read()
        else { return self }
        return LoadedSettings(
            configuration: configuration, accounts: .file(AccountDirectory(document, generation: generation)),
            identity: identity,
            followed: Followed(file: followed.file, known: .there(stamp)), warnings: warnings)
    }
}

extension AccountsFile {
    /// Of making it.
    fileprivate var condition: String { isFolderThere ? "" : ", once its folder is there" }
}
