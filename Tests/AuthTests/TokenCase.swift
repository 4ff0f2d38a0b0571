import Auth
import Testing

/// What a rightly signed token, its record and its account are like, and what that comes to.
struct TokenCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var type = AccountType.user
    var visibility = Visibility.account
    /// Seconds from now.
    var exp: Int64?
    var notBefore: Int64?
    var recordEnd: Int64?
    var hasRecord = true
    var hasAccount = true
    var isOwn = true
    var refusal: Decision?

    init(
        _ description: String, type: AccountType = .user, visibility: Visibility = .account, exp: Int64? = nil,
        notBefore: Int64? = nil, recordEnd: Int64? = nil, hasRecord: Bool = true, hasAccount: Bool = true,
        isOwn: Bool = true, refusal: Decision? = nil
    ) {
        testDescription = description
        self.type = type
        self.visibility = visibility
        self.exp = exp
        self.notBefore = notBefore
        self.recordEnd = recordEnd
        self.hasRecord = hasRecord
        self.hasAccount = hasAccount
        self.isOwn = isOwn
        self.refusal = refusal
    }
}
