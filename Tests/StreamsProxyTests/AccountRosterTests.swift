import HTTPCore
import StreamsProxy
import Testing

@Suite struct AccountRosterTests {
    private final class Member {}

    /// A change of one account looks at its members alone, however many others there are.
    @Test func onlyTheirMembersAreVisited() {
        var roster = AccountRoster<Member>()
        let accounts = (0..<100).map { UniqueID(high: 1, low: $0) }
        let members = (0..<1000).map { _ in Member() }
        for (index, member) in members.enumerated() { roster.add(member, of: accounts[index % 100]) }
        #expect(roster.count == 1000)
        func visited(_ accounts: Set<UniqueID>?) -> Set<ObjectIdentifier> {
            var visited: [ObjectIdentifier] = []
            roster.forEach(of: accounts) { visited.append(ObjectIdentifier($0)) }
            #expect(Set(visited).count == visited.count)
            return Set(visited)
        }
        #expect(visited([]).isEmpty)
        #expect(
            visited([accounts[7], UniqueID(high: 2, low: 0)])
                == Set(stride(from: 7, to: 1000, by: 100).map { ObjectIdentifier(members[$0]) }))
        #expect(visited(nil).count == 1000)
        roster.remove(members[7], of: accounts[7])
        #expect(visited([accounts[7]]).count == 9)
        for (index, member) in members.enumerated() { roster.remove(member, of: accounts[index % 100]) }
        #expect(roster.count == 0 && visited(nil).isEmpty)
    }
}
