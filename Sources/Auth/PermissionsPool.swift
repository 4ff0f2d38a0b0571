package import HTTPCore

/// `permissions` that are in memory: equal ones are kept once, however many tokens have them.
struct PermissionsPool {
    private let directory: AccountDirectory?
    /// By how they are spelled, which may be in several ways.
    private var known: [[UInt8]: TokenPermissions] = [:]

    /// With those of a directory, if there is one.
    init(_ directory: AccountDirectory? = nil) {
        self.directory = directory
    }

    func find(_ bytes: ArraySlice<UInt8>) -> TokenPermissions? { find(Array(bytes)) }

    private func find(_ text: [UInt8]) -> TokenPermissions? { known[text] ?? directory?.permissions(spelled: text) }

    /// `permissions`, or the same that are there already.
    mutating func keep(_ permissions: TokenPermissions, spelledAs bytes: ArraySlice<UInt8>) -> TokenPermissions {
        let kept = find(permissions.text) ?? permissions
        known[kept.text] = kept
        if !bytes.elementsEqual(kept.text) { known[Array(bytes)] = kept }
        return kept
    }
}

/// How much the tokens of an account may hold: they are in memory as long as the proxy runs.
package enum PermissionsBound {
    /// Bytes of `permissions` of one account's tokens, equal ones counted once.
    package static let ofAccount = 1 << 20
}

extension Sequence<TokenRecord> {
    /// Bytes of their `permissions`, equal ones counted once.
    package func permissionsSize() -> Int {
        var seen: Set<[UInt8]> = []
        return reduce(0) { seen.insert($1.permissions.text).inserted ? $0 + $1.permissions.text.count : $0 }
    }

    /// The accounts whose tokens' `permissions` are beyond the bound, and how much they take.
    package func oversizedPermissions() -> [(account: UniqueID, size: Int)] {
        var sums: [UniqueID: Int] = [:]
        for token in self { sums[token.accountID, default: 0] += token.permissions.text.count }
        // Hardly ever any: what is equal is counted out only then.
        let suspects = sums.filter { $0.value > PermissionsBound.ofAccount }
        if suspects.isEmpty { return [] }
        let tokens = Dictionary(grouping: lazy.filter { suspects[$0.accountID] != nil }) { $0.accountID }
        return tokens.map { (account: $0.key, size: $0.value.permissionsSize()) }
            .filter { $0.size > PermissionsBound.ofAccount }.sorted { $0.account.description < $1.account.description }
    }
}
