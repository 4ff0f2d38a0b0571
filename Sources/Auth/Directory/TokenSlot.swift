internal import HTTPCore

/// What decides about one token, in 32 bytes: there may be a million of them.
struct TokenSlot: Sendable, Equatable {
    let id: UniqueID
    /// Unix seconds; the end of time where it never ends.
    let end: Int64
    /// The place of its account among the accounts.
    let account: UInt32
    /// The place of its permissions, doubled, and one more where all accounts are visible to it.
    private let grant: UInt32

    private static let nobody = UInt32.max
    static let empty = TokenSlot(id: UniqueID(high: 0, low: 0), end: 0, account: nobody, grant: 0)

    private init(id: UniqueID, end: Int64, account: UInt32, grant: UInt32) {
        self.id = id
        self.end = end
        self.account = account
        self.grant = grant
    }

    init(_ token: TokenRecord, account: UInt32, permissions: UInt32) {
        let grant =
            switch token.visibility {
            case .account: permissions << 1
            case .all: permissions << 1 | 1
            }
        self.init(id: token.id, end: token.expires?.unixSeconds ?? .max, account: account, grant: grant)
    }

    var isEmpty: Bool { account == Self.nobody }
    var permissions: UInt32 { grant >> 1 }
    var visibility: Visibility { grant & 1 == 0 ? .account : .all }
    var expires: Timestamp? { end == .max ? nil : Timestamp(unixSeconds: end) }
}
