package import HTTPCore
internal import Synchronization

/// How many viewers each account and each token has, on all workers together: live previews, tiles of a feed, tunnels. It is asked
/// once for a viewer, never for a picture.
package final class PrincipalCensus: Sendable {
    /// Who a viewer is counted for.
    package struct Member: Hashable, Sendable {
        package let account: UniqueID
        /// Nil where it has not come with a token.
        package let token: UniqueID?

        package init(account: UniqueID, token: UniqueID?) {
            self.account = account
            self.token = token
        }
    }

    /// 0 sets none.
    package struct Limits: Sendable {
        package let perAccount: Int
        package let perToken: Int

        package init(perAccount: Int, perToken: Int) {
            self.perAccount = perAccount
            self.perToken = perToken
        }
    }

    /// Which limit is reached; the narrower one is named first.
    package enum Refusal: Equatable, Sendable {
        case token(limit: Int)
        case account(limit: Int)
    }

    private struct Counts {
        var accounts: [UniqueID: Int] = [:]
        var tokens: [UniqueID: Int] = [:]
    }

    private let counts = Mutex(Counts())

    package init() {}

    /// Counts one more viewer, or neither, where one limit is reached.
    package func enter(_ member: Member, _ limits: Limits) -> Refusal? {
        counts.withLock { counts in
            let ofToken = member.token.map { counts.tokens[$0, default: 0] } ?? 0
            if member.token != nil, limits.perToken > 0, ofToken >= limits.perToken {
                return .token(limit: limits.perToken)
            }
            let ofAccount = counts.accounts[member.account, default: 0]
            if limits.perAccount > 0, ofAccount >= limits.perAccount {
                return .account(limit: limits.perAccount)
            }
            counts.accounts[member.account] = ofAccount + 1
            if let token = member.token { counts.tokens[token] = ofToken + 1 }
            return nil
        }
    }

    /// A viewer that was counted has ended.
    package func leave(_ member: Member) {
        counts.withLock { counts in
            Self.decrease(&counts.accounts, member.account)
            if let token = member.token { Self.decrease(&counts.tokens, token) }
        }
    }

    private static func decrease(_ counts: inout [UniqueID: Int], _ id: UniqueID) {
        guard let count = counts[id] else { preconditionFailure("who leaves has entered") }
        counts[id] = count > 1 ? count - 1 : nil
    }

    /// Viewers of an account now.
    package func viewers(of account: UniqueID) -> Int {
        counts.withLock { $0.accounts[account, default: 0] }
    }

    /// Viewers that have come with that token and are there now.
    package func viewers(token: UniqueID) -> Int {
        counts.withLock { $0.tokens[token, default: 0] }
    }
}
