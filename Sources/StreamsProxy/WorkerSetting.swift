import Auth
import HTTPCore

/// What all workers share: values, and the pools that hash and check signatures for all of them.
struct WorkerSetting: Sendable {
    let configuration: Configuration
    let accounts: AccountsSource
    /// What the next clients are shown, while those who are connected go on by what they saw; nil where clients are met in
    /// plain.
    let identity: TLSIdentity?
    let passwords: PasswordPool
    /// By the issuers of these settings, and of no others.
    let signatures: SignaturePool
    /// Where the accounts of the file are found; nil where a service has them.
    let board: AccountsBoard?
    /// Nil where a service has the accounts.
    let tokens: TokensQueue?
    let log: AccessLog
    let allowance: ConnectionAllowance

    /// What `old` has that still fits is used on: verdicts on passwords, and the queue of who changes the accounts.
    init(
        _ configuration: Configuration, _ accounts: AccountsSource, _ identity: TLSIdentity?, _ log: AccessLog,
        workers: Int, replacing old: WorkerSetting? = nil,
        accountsChanged: @escaping @Sendable (Set<UniqueID>?) -> Void
    ) {
        self.configuration = configuration
        self.log = log
        self.accounts = accounts
        self.identity = identity
        allowance = ConnectionAllowance(
            configuration.limits, workers: workers, descriptors: DescriptorLimit.raise(),
            addresses: old?.allowance.addresses ?? AddressCensus())
        if let old, old.configuration.decisionCache == configuration.decisionCache {
            passwords = old.passwords
        } else {
            let cache = Authenticator.CacheSettings(configuration.decisionCache)
            passwords = PasswordPool(memory: PasswordPool.Memory(lifetime: cache.lifetime))
        }
        if let old, old.configuration.tokenIssuers == configuration.tokenIssuers {
            signatures = old.signatures
        } else {
            signatures = SignaturePool(configuration.tokenIssuers)
        }
        switch accounts {
        case .service:
            board = nil
            tokens = nil
        case .file(let directory):
            if let old, old.configuration.accountsFile == configuration.accountsFile, let known = old.board {
                known.post(directory)
                board = known
                tokens = old.tokens
            } else {
                // Another file's board: what the old one's queue still changes must not be taken for this one's accounts.
                let new = AccountsBoard(directory, tell: accountsChanged)
                board = new
                tokens = TokensQueue(FileStore(AccountsFile(path: configuration.accountsFile), new))
            }
        }
    }

    /// Whether a decision made under `old` may be remembered under this. The accounts themselves may differ.
    func decidesLike(_ old: WorkerSetting) -> Bool {
        let (one, other) = (configuration, old.configuration)
        return one.allowsAccountHeader == other.allowsAccountHeader && one.tokenIssuers == other.tokenIssuers
            && one.decisionCache == other.decisionCache && one.accountsService == other.accountsService
    }

    func makeAuthenticator() -> Authenticator {
        let cache = Authenticator.CacheSettings(configuration.decisionCache)
        return switch accounts {
        case .file(let directory):
            Authenticator(
                directory: board?.current ?? directory, allowsAccountHeader: configuration.allowsAccountHeader,
                issuers: configuration.tokenIssuers, cache: cache)
        case .service:
            Authenticator(
                serviceAllowingAccountHeader: configuration.allowsAccountHeader,
                issuers: configuration.tokenIssuers, cache: cache)
        }
    }

    /// Nil where the accounts file decides.
    func makeLookup(
        loop: EventLoop, control: ControlClient, mailbox: Mailbox<WorkerMessage>
    ) -> AccountsLookup? {
        switch accounts {
        case .file: nil
        case .service(let table, let contract):
            AccountsLookup(loop: loop, control: control, mailbox: mailbox, table: table, contract: contract)
        }
    }
}
