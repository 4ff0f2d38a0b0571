import HTTPCore
import StreamsProxy
import Testing

/// Which clients are let go where there is no room for another.
struct ClientRosterTests {
    private final class Client: RosteredClient {
        var place = -1
        var arrival = -1
        var idleSince: Instant?

        init(_ since: Int64?) {
            idleSince = since.map { Instant(nanoseconds: $0) }
        }
    }

    @Test func `Those idle longest come first, and those at work never`() {
        var roster = ClientRoster<Client>()
        let none = roster.idle().isEmpty
        #expect(none)
        for since: Int64? in [5, nil, 3, 9, nil, 1] { roster.add(Client(since)) }
        for _ in 0..<3 {
            let order = roster.idle().map { $0.idleSince?.nanoseconds }
            #expect(order == [1, 3, 5, 9])
        }
    }

    @Test func `Of those that came at one time the first goes first`() {
        var roster = ClientRoster<Client>()
        var clients = (0..<64).map { _ in Client(7) }
        for client in clients { roster.add(client) }
        while let first = clients.first {
            let order = roster.idle()
            #expect(order.first === first)
            roster.remove(first)
            clients.removeFirst()
        }
    }

    @Test func `Any may leave, and the others stand where they say`() {
        var roster = ClientRoster<Client>()
        let clients = (0..<100).map { Client(Int64($0)) }
        for client in clients { roster.add(client) }
        var left: Set<Int> = []
        // 37 and 100 have no common divisor: all of them, in another order than they came.
        for step in 0..<100 {
            let index = step * 37 % 100
            roster.remove(clients[index])
            left.insert(index)
            #expect(roster.all.count == 99 - step)
            #expect(roster.all.enumerated().allSatisfy { $1.place == $0 })
            #expect(Set(roster.all.compactMap { $0.idleSince.map { Int($0.nanoseconds) } }).isDisjoint(with: left))
        }
    }

    /// Of more than are looked at in one go it is not the very oldest, but always an old one, and nobody is passed over.
    @Test func `Among many all have their turn`() {
        var roster = ClientRoster<Client>()
        let count = 4 * ClientRoster<Client>.sample
        for index in 0..<count { roster.add(Client(Int64(index * 7919 % count))) }
        var seen: Set<ObjectIdentifier> = []
        for _ in 0..<4 {
            let found = roster.idle()
            #expect(found.count == ClientRoster<Client>.sample)
            let first = found.first?.idleSince?.nanoseconds ?? .max
            #expect(first < Int64(count / 16))
            seen.formUnion(found.map { ObjectIdentifier($0) })
        }
        #expect(seen.count == count)
    }

    @Test func `One that is idle among many at work is found in time`() {
        var roster = ClientRoster<Client>()
        for _ in 0..<1000 { roster.add(Client(nil)) }
        let idle = Client(1)
        roster.add(idle)
        let looks = (0..<4).map { _ in roster.idle() }
        #expect(looks.flatMap { $0 }.contains { $0 === idle })
    }
}
