package import HTTPCore

/// Who is here by which account, so that a change of some accounts is looked at by their members alone.
package struct AccountRoster<Member: AnyObject> {
    private var members: [UniqueID: [ObjectIdentifier: Member]] = [:]

    package init() {}

    /// How many there are.
    package var count: Int { members.values.reduce(0) { $0 + $1.count } }

    package mutating func add(_ member: Member, of account: UniqueID) {
        members[account, default: [:]][ObjectIdentifier(member)] = member
    }

    package mutating func remove(_ member: Member, of account: UniqueID) {
        members[account]?[ObjectIdentifier(member)] = nil
        if members[account]?.isEmpty == true { members[account] = nil }
    }

    /// The members of those accounts; of all where that is nil. `visit` may add and remove.
    package func forEach(of accounts: Set<UniqueID>?, _ visit: (Member) -> Void) {
        guard let accounts else {
            for group in members.values { for member in group.values { visit(member) } }
            return
        }
        for account in accounts {
            guard let group = members[account] else { continue }
            for member in group.values { visit(member) }
        }
    }
}
