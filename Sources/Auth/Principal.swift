package import HTTPCore

/// LUNA's three account types. The wider two may read the data of all accounts, and nothing else more.
package enum AccountType: String, Sendable, Equatable, CaseIterable {
    case user
    case advancedUser = "advanced_user"
    case admin

    /// Whether reads (GET, HEAD) may reach other accounts.
    package var readsAllAccounts: Bool {
        switch self {
        case .user: false
        case .advancedUser, .admin: true
        }
    }
}

/// A token's `visibility_area`.
package enum Visibility: String, Sendable, Equatable, CaseIterable {
    case account
    case all
}

/// By what a caller showed who it is.
package enum CredentialKind: UInt8, Sendable, Equatable {
    case basic
    case token
    case accountHeader
}

/// The caller of a request, once known. Plain data without references: copying it touches no reference count.
package struct Principal: Sendable, Equatable {
    package let accountID: UniqueID
    package let accountType: AccountType
    package let kind: CredentialKind
    /// Nil unless `kind` is `.token`.
    package let tokenID: UniqueID?
    /// What the token permits on streams; all of it for the other kinds.
    package let verbs: VerbSet
    /// The token's; for the other kinds `.account`, which means nothing there: the account's type decides.
    package let visibility: Visibility
    /// When the token ends, in Unix seconds: it is no longer valid from that second on. Nil where it never does.
    package let expires: Int64?
    /// The part of it that is written in the token itself (`exp`) and never moves; the rest is its record's, which may.
    package let signedEnd: Int64?
    /// Whether the token is that of a `TokenIssuer`: there is no record of it, and perhaps none of its account.
    package let isOfOtherIssuer: Bool

    package init(
        accountID: UniqueID, accountType: AccountType, kind: CredentialKind, tokenID: UniqueID? = nil,
        verbs: VerbSet = .all, visibility: Visibility = .account, expires: Int64? = nil, signedEnd: Int64? = nil,
        isOfOtherIssuer: Bool = false
    ) {
        self.accountID = accountID
        self.accountType = accountType
        self.kind = kind
        self.tokenID = tokenID
        self.verbs = verbs
        self.visibility = visibility
        self.expires = expires
        self.signedEnd = signedEnd
        self.isOfOtherIssuer = isOfOtherIssuer
    }

    /// Whether its reads reach the streams of all accounts. A token needs both: the wide area, and an account that may.
    package var readsAllAccounts: Bool {
        switch kind {
        case .basic, .accountHeader: accountType.readsAllAccounts
        case .token: visibility == .all && accountType.readsAllAccounts
        }
    }

    package func permits(_ verb: Verb) -> Bool { verbs.contains(verb) }

    /// Whether it may no longer pass at `now`, in Unix milliseconds.
    package func isExpired(at now: Int64) -> Bool {
        guard let expires else { return false }
        return now >= UnixTime.milliseconds(fromSeconds: expires)
    }
}

enum UnixTime {
    /// Whole seconds as milliseconds; what does not fit counts as the end of time.
    static func milliseconds(fromSeconds seconds: Int64) -> Int64 {
        let (product, overflows) = seconds.multipliedReportingOverflow(by: 1000)
        guard overflows else { return product }
        return seconds < 0 ? .min : .max
    }
}
