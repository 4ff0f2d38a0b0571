/// A member of a chain; it stands in one at most.
package protocol ChainMember: AnyObject {
    /// Its neighbours: the one that was put before it, and the one that was put after it.
    var before: Self? { get set }
    var after: Self? { get set }
}

/// Members in the order in which they were put. Each knows its neighbours, so that any of them leaves in one step, however
/// many there are.
package struct Chain<Member: ChainMember> {
    package private(set) var first: Member?
    package private(set) var last: Member?
    package private(set) var count = 0

    package init() {}

    package mutating func append(_ member: Member) {
        member.before = last
        if let last { last.after = member } else { first = member }
        last = member
        count += 1
    }

    /// `member` must be one of this chain's.
    package mutating func remove(_ member: Member) {
        let (before, after) = (member.before, member.after)
        if let before { before.after = after } else { first = after }
        if let after { after.before = before } else { last = before }
        member.before = nil
        member.after = nil
        count -= 1
    }

    package mutating func popFirst() -> Member? {
        guard let member = first else { return nil }
        remove(member)
        return member
    }

    package mutating func popLast() -> Member? {
        guard let member = last else { return nil }
        remove(member)
        return member
    }
}
