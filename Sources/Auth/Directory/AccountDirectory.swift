package import HTTPCore
internal import Synchronization

/// A snapshot of all accounts and tokens, indexed for decisions. Never changed: what changes makes a new directory, which
/// shares with the one before it all that is as it was.
package final class AccountDirectory: Sendable {
    /// Different for each directory of the process. Where two show the same accounts, the higher one shows the later state.
    package let generation: UInt64
    package let signingKey: SigningKey
    private let tables: AccountTables
    private let origin: Origin?
    /// What a password is compared with where there is no such login, so that the time it takes tells nothing.
    let decoy: PasswordHash

    /// From which directory this one was made, and which accounts are different; nil for all.
    private struct Origin: Sendable {
        let generation: UInt64
        let changed: Set<UniqueID>?
    }

    private static let generations = Atomic<UInt64>(0)

    /// A higher one than any before. To be had before the file is read, if it was read: what was read earlier then never
    /// counts as later.
    package static func nextGeneration() -> UInt64 { generations.add(1, ordering: .relaxed).newValue }

    private init(
        _ signingKey: SigningKey, _ tables: AccountTables, _ generation: UInt64, decoy: PasswordHash, origin: Origin?
    ) {
        self.signingKey = signingKey
        self.tables = tables
        self.generation = generation
        self.decoy = decoy
        self.origin = origin
    }

    package convenience init(
        signingKey: SigningKey, _ tables: AccountTables, generation: UInt64 = AccountDirectory.nextGeneration()
    ) {
        self.init(signingKey, tables, generation, decoy: .decoy(), origin: nil)
    }

    /// The document's logins and ids are each unique; where they are not, the first one counts. What is as in `old` is
    /// had from there and not kept a second time.
    package convenience init(
        _ document: AccountsDocument, replacing old: AccountDirectory? = nil,
        generation: UInt64 = AccountDirectory.nextGeneration()
    ) {
        var tables = old?.tables ?? AccountTables()
        let changed = tables.follow(document)
        let origin = old.map { old in
            Origin(generation: old.generation, changed: old.signingKey == document.signingKey ? changed : nil)
        }
        self.init(document.signingKey, tables, generation, decoy: old?.decoy ?? .decoy(), origin: origin)
    }

    /// The next one. Each record is at most once among the changes.
    package func following(
        _ changes: [DirectoryChange], generation: UInt64 = AccountDirectory.nextGeneration()
    ) -> AccountDirectory {
        var tables = tables
        let changed = tables.follow(changes)
        return AccountDirectory(
            signingKey, tables, generation, decoy: decoy,
            origin: Origin(generation: self.generation, changed: changed))
    }

    // MARK: - Finding

    package var accountCount: Int { tables.accountCount }
    package var tokenCount: Int { tables.tokenCount }
    /// How many different `permissions` the tokens have.
    package var permissionsCount: Int { tables.permissionsCount }

    package func account(_ id: UniqueID) -> AccountRecord? { tables.account(id) }

    package func account(login: String) -> AccountRecord? { tables.account(login: login) }

    /// What a token of that account permits.
    package func grant(of id: UniqueID, _ accountID: UniqueID) -> TokenGrant? { tables.grant(of: id, accountID) }

    /// The whole record, which is looked for among all of the account.
    package func token(_ id: UniqueID, of accountID: UniqueID) -> TokenRecord? { tables.token(id, of: accountID) }

    /// Nil where there is no such account.
    package func tokenCount(of accountID: UniqueID) -> Int? { tables.tokenCount(of: accountID) }

    /// Those at the positions in the order they were made; all without `range`.
    package func tokens(of accountID: UniqueID, _ range: Range<Int>? = nil) -> [TokenRecord] {
        tables.tokens(of: accountID, range)
    }

    func permissions(spelled text: [UInt8]) -> TokenPermissions? { tables.permissions(spelled: text) }

    // MARK: - Comparing

    /// The accounts that are not as in `old`, those of either that the other has not included; nil for all of them.
    package func accountsChanged(since old: AccountDirectory) -> Set<UniqueID>? {
        if let origin, origin.generation == old.generation { return origin.changed }
        guard signingKey == old.signingKey else { return nil }
        var changed: Set<UniqueID> = []
        tables.forEachAccount { account in
            if old.account(account.id) != account || old.tokens(of: account.id) != tokens(of: account.id) {
                changed.insert(account.id)
            }
        }
        old.tables.forEachAccount { if account($0.id) == nil { changed.insert($0.id) } }
        return changed
    }
}
