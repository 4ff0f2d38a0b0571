import Auth
import HTTPCore

/// Settings and accounts as they were read, valid: what the proxy starts with, and what takes their place later.
struct LoadedSettings: Sendable {
    let configuration: Configuration
    let accounts: AccountsSource
    /// Nil where clients are met in plain.
    private(set) var identity: TLSIdentity?
    /// The accounts file, and its state when it was read; nil where Luna-Accounts decides.
    let followed: Followed?
    /// For the operator, whole lines.
    private(set) var warnings: [String]

    struct Followed: Sendable {
        let file: AccountsFile
        /// Nil where there was none.
        let stamp: FileStamp?
    }

    enum Reading {
        case usable(LoadedSettings)
        /// Why not, whole lines.
        case unusable([String])
    }

    /// Reads the settings file and what it names. `old` is what it would replace: what Luna-Accounts has said is kept
    /// where it is still asked in the same way.
    static func read(_ options: RunOptions, replacing old: LoadedSettings? = nil) -> Reading {
        switch ConfigurationReader.read(path: options.configurationPath, asking: .running()) {
        case .invalid(let problems):
            .unusable(problems.map(\.description))
        case .valid(let configuration):
            read(options.applied(to: configuration), replacing: old)
        }
    }

    /// The certificate that clients are shown, then the accounts: all that is wrong with either is told.
    private static func read(_ configuration: Configuration, replacing old: LoadedSettings?) -> Reading {
        let tls = configuration.loadTLS()
        let accounts = readAccounts(configuration, replacing: old)
        switch (tls, accounts) {
        case (.invalid(let problems), .unusable(let others)):
            return .unusable(problems.map(\.description) + others)
        case (.invalid(let problems), .usable):
            return .unusable(problems.map(\.description))
        case (.off, _), (.loaded, .unusable):
            return accounts
        case (.loaded(let identity, let warnings), .usable(var settings)):
            settings.identity = identity
            settings.warnings += warnings.map { "warning: \($0)" }
            return .usable(settings)
        }
    }

    private static func readAccounts(_ configuration: Configuration, replacing old: LoadedSettings?) -> Reading {
        if let service = configuration.accountsService {
            if let old, case .service = old.accounts, old.configuration.accountsService == service,
                old.configuration.decisionCache == configuration.decisionCache
            {
                return .usable(LoadedSettings(configuration, old.accounts, followed: nil))
            }
            let table = DecisionTable(DecisionTable.Settings(configuration.decisionCache))
            return .usable(
                LoadedSettings(configuration, .service(table, AccountsContract(service)), followed: nil))
        }
        let file = AccountsFile(path: configuration.accountsFile)
        switch file.read() {
        case .usable(let document, let stamp, let warnings):
            return .usable(
                LoadedSettings(
                    configuration, .file(AccountDirectory(document)), followed: Followed(file: file, stamp: stamp),
                    warnings: warnings.map(\.description)))
        case .absent:
            // A proxy may be started before the first account is made; one that runs has somebody to lose.
            let advice = "`streams-proxy account create` makes it"
            if old != nil { return .unusable(["\(file.path): not there; \(advice)"]) }
            let nobody = AccountDirectory(AccountsDocument(signingKey: .random()))
            return .usable(
                LoadedSettings(
                    configuration, .file(nobody), followed: Followed(file: file, stamp: nil),
                    warnings: ["\(file.path): not there, so nobody can pass yet; \(advice)"]))
        case .unusable(let problems, _):
            return .unusable(problems.map(\.description))
        }
    }

    private init(
        _ configuration: Configuration, _ accounts: AccountsSource, followed: Followed?, warnings: [String] = []
    ) {
        self.configuration = configuration
        self.accounts = accounts
        self.followed = followed
        self.warnings = warnings
    }
}
