internal import HTTPCore

/// An account, and its tokens in the order they were made.
struct Holding: Sendable {
    private var stored: Stored
    var tokens: [ListedToken] = []

    /// By reference: whoever only looks whose a token is copies no record.
    private final class Stored: Sendable {
        let account: AccountRecord

        init(_ account: AccountRecord) {
            self.account = account
        }
    }

    init(account: AccountRecord) {
        stored = Stored(account)
    }

    var id: UniqueID { stored.account.id }

    var account: AccountRecord {
        get { stored.account }
        set { stored = Stored(newValue) }
    }
}

/// What of a token only its owner is shown. What decides is in the `TokenTable`.
struct ListedToken: Sendable, Equatable {
    let id: UniqueID
    let created: Timestamp
    let description: String
}
