package import Auth
package import HTTPCore

/// Who may do what to one stream.
package enum OwnershipRule {
    /// Throws where a request of `principal` with this method must not reach the stream. One that does not exist gets
    /// the very answer that another account's gets: which of the two it was stays unknown.
    package static func check(
        _ principal: Principal, _ method: Method, _ streamID: UniqueID, _ owner: StreamOwner
    ) throws(SeparationRefusal) {
        switch owner {
        case .absent: throw .streamNotFound(streamID)
        case .account(principal.accountID): return
        case .account:
            if principal.seesAllAccounts(by: method) { return }
            // It may see the stream, so hiding it now would be pretence.
            if principal.readsAllAccounts { throw .foreignAccount }
            throw .streamNotFound(streamID)
        }
    }
}
