package import HTTPCore
internal import Synchronization

/// What the accounts file holds, as the file has it: the form that is edited and saved.
package struct AccountsDocument: Sendable {
    package var signingKey: SigningKey
    package var accounts: [AccountRecord]
    package var tokens: [TokenRecord]

    package init(signingKey: SigningKey, accounts: [AccountRecord] = [], tokens: [TokenRecord] = []) {
        self.signingKey = signingKey
        self.accounts = accounts
        self.tokens = tokens
    }
}

/// A snapshot of all accounts and tokens, indexed for decisions. Never changed: a new file makes a new directory.
package final class AccountDirectory: Sendable {
    /// Different for each directory of the process. Where two show the same file, the higher one shows the later state.
    package let generation: UInt64
    package let signingKey: SigningKey
    private let holdings: [UniqueID: Holding]
    private let ids: [String: UniqueID]
    package let tokenCount: Int
    /// What a password is compared with where there is no such login, so that the time it takes tells nothing.
    let decoy = PasswordHash.decoy()

    private static let generations = Atomic<UInt64>(0)

    /// A higher one than any before. To be had before the file is read, if it was read: what was read earlier then never
    /// counts as later.
    package static func nextGeneration() -> UInt64 { generations.add(1, ordering: .relaxed).newValue }

    /// The document's logins and ids are each unique; where they are not, the first one counts. What is as in `old` is
    /// had from there and not kept a second time.
    package init(
        _ document: AccountsDocument, replacing old: AccountDirectory? = nil,
        generation: UInt64 = AccountDirectory.nextGeneration()
    ) {
        self.generation = generation
        signingKey = document.signingKey
        var tokens: [UniqueID: [TokenRecord]] = [:]
        for token in document.tokens { tokens[token.accountID, default: []].append(token) }
        var holdings: [UniqueID: Holding] = [:]
        holdings.reserveCapacity(document.accounts.count)
        var count = 0
        for account in document.accounts where holdings[account.id] == nil {
            let own = tokens[account.id] ?? []
            count += own.count
            if let former = old?.holdings[account.id], former.isLike(account, own) {
                holdings[account.id] = former
            } else {
                holdings[account.id] = Holding(account, own)
            }
        }
        self.holdings = holdings
        tokenCount = count
        ids = Dictionary(document.accounts.map { ($0.login, $0.id) }) { first, _ in first }
    }

    package var accountCount: Int { holdings.count }

    package func holding(of id: UniqueID) -> Holding? { holdings[id] }

    func forEachToken(_ visit: (TokenRecord) -> Void) {
        for holding in holdings.values { for token in holding.tokens { visit(token) } }
    }

    package func account(_ id: UniqueID) -> AccountRecord? { holdings[id]?.account }

    package func account(login: String) -> AccountRecord? { ids[login].flatMap { holdings[$0]?.account } }

    package func token(_ id: UniqueID, of accountID: UniqueID) -> TokenRecord? { holdings[accountID]?.token(id) }

    /// The accounts that are not as in `old`, those of either that the other has not included; nil for all of them.
    package func accountsChanged(since old: AccountDirectory) -> Set<UniqueID>? {
        guard signingKey == old.signingKey else { return nil }
        var changed: Set<UniqueID> = []
        for (id, holding) in holdings where old.holdings[id] !== holding { changed.insert(id) }
        for id in old.holdings.keys where holdings[id] == nil { changed.insert(id) }
        return changed
    }
}
