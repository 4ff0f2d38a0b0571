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
    /// Different for each directory of the process, later ones higher.
    package let generation: UInt64
    package let signingKey: SigningKey
    private let accounts: [UniqueID: AccountRecord]
    private let ids: [String: UniqueID]
    private let tokens: [UniqueID: TokenRecord]
    /// What a password is compared with where there is no such login, so that the time it takes tells nothing.
    let decoy = PasswordHash.decoy()

    private static let generations = Atomic<UInt64>(0)

    /// The document's logins and ids are each unique; where they are not, the first one counts.
    package init(_ document: AccountsDocument) {
        generation = Self.generations.add(1, ordering: .relaxed).newValue
        signingKey = document.signingKey
        accounts = Dictionary(document.accounts.map { ($0.id, $0) }) { first, _ in first }
        ids = Dictionary(document.accounts.map { ($0.login, $0.id) }) { first, _ in first }
        tokens = Dictionary(document.tokens.map { ($0.id, $0) }) { first, _ in first }
    }

    package var accountCount: Int { accounts.count }
    package var tokenCount: Int { tokens.count }

    package func account(_ id: UniqueID) -> AccountRecord? { accounts[id] }

    package func account(login: String) -> AccountRecord? { ids[login].flatMap { accounts[$0] } }

    package func token(_ id: UniqueID) -> TokenRecord? { tokens[id] }
}
