package import HTTPCore

/// Whose viewers are counted together.
package enum ViewerHolder: Hashable, Sendable {
    case account(UniqueID)
    /// Of nobody's account.
    case network(UInt64)
}

/// Who watches on a worker, and who has most viewers. Nothing here costs more where there are many.
package struct ViewerCensus<Viewer: ChainMember> {
    private final class Holding: ChainMember {
        var viewers = Chain<Viewer>()
        var before: Holding?
        var after: Holding?
    }

    private var holdings: [ViewerHolder: Holding] = [:]
    /// Those with so many viewers, by that number. The last one has members: a holder comes and goes by one viewer.
    private var byCount: [Chain<Holding>] = [Chain()]
    package private(set) var count = 0

    package init() {}

    package mutating func enter(_ viewer: Viewer, of holder: ViewerHolder) {
        let holding = holdings[holder] ?? Holding()
        let before = holding.viewers.count
        if before == 0 { holdings[holder] = holding } else { byCount[before].remove(holding) }
        holding.viewers.append(viewer)
        if byCount.count == before + 1 { byCount.append(Chain()) }
        byCount[before + 1].append(holding)
        count += 1
    }

    package mutating func leave(_ viewer: Viewer, of holder: ViewerHolder) {
        guard let holding = holdings[holder] else { preconditionFailure("who leaves has entered") }
        byCount[holding.viewers.count].remove(holding)
        holding.viewers.remove(viewer)
        let left = holding.viewers.count
        if left == 0 { holdings[holder] = nil } else { byCount[left].append(holding) }
        if byCount.count > 1, byCount[byCount.count - 1].count == 0 { byCount.removeLast() }
        count -= 1
    }

    /// Who has to go where there is no room for one more of `holder`: the viewer that came last of whoever has most. Nil where
    /// `holder` itself would have as many then.
    package func viewerToGo(for holder: ViewerHolder) -> Viewer? {
        let own = holdings[holder]?.viewers.count ?? 0
        guard byCount.count - 1 > own + 1 else { return nil }
        return byCount[byCount.count - 1].first?.viewers.last
    }
}
