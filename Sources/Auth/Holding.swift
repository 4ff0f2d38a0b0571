package import HTTPCore

/// An account and its tokens. Never changed: a directory that takes another's place has the same objects for all
/// accounts that are as they were, so that a change costs what it changes.
package final class Holding: Sendable {
    package let account: AccountRecord
    /// In the order they were made.
    package let tokens: [TokenRecord]
    /// Positions in `tokens`, in the order of ids.
    private let order: [UInt32]

    init(_ account: AccountRecord, _ tokens: [TokenRecord]) {
        self.account = account
        self.tokens = tokens
        order = tokens.indices.sorted { tokens[$0].id < tokens[$1].id }.map { UInt32(truncatingIfNeeded: $0) }
    }

    package func token(_ id: UniqueID) -> TokenRecord? {
        var range = order.indices
        while let middle = range.isEmpty ? nil : (range.lowerBound + range.upperBound) / 2 {
            let token = tokens[Int(order[middle])]
            if token.id == id { return token }
            range = token.id < id ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }

    /// Whether nothing is different in what they would make of the two.
    func isLike(_ account: AccountRecord, _ tokens: [TokenRecord]) -> Bool {
        self.account == account && self.tokens == tokens
    }
}

extension UniqueID {
    fileprivate static func < (a: UniqueID, b: UniqueID) -> Bool { (a.high, a.low) < (b.high, b.low) }
}
