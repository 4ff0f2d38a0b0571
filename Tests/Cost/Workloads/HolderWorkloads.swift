import Auth
import HTTPCore
import StreamsProxy

/// What knows who has what: connections that are kept, viewers, bytes, questions.
let holderWorkloads = [
    Workload("idle connections that are put back and discarded", 2000) { count in
        let connections = (0..<count).map { _ in Connection() }
        return {
            var chain = Chain<Connection>()
            for connection in connections { chain.append(connection) }
            // As their peers close them: in any order.
            for number in 0..<count { chain.remove(connections[number &* 7919 % count]) }
            return chain.count == 0 ? count : 0
        }
    },
    Workload("how many connections were in use at once", 2000) { count in
        {
            let peak = RecentPeak(at: Instant(nanoseconds: 0))
            for number in 0..<count { peak.rise(at: Instant(nanoseconds: Int64(number) * 1_000_000_000)) }
            for number in 0..<count { peak.fall(at: Instant(nanoseconds: Int64(count + number) * 1_000_000_000)) }
            return peak.level == 0 ? count : 0
        }
    },
    Workload("viewers of one account", 2000) { count in
        watching((0..<count).map { _ in UniqueID(high: 0, low: 1) })
    },
    Workload("viewers of many accounts", 1000) { count in
        watching((0..<count).map { UniqueID(high: 0, low: UInt64($0)) })
    },
    Workload("viewers to look at after a change of accounts", 1000) { count in
        let viewers = (0..<count).map { _ in Connection() }
        return {
            var roster = AccountRoster<Connection>()
            for (number, viewer) in viewers.enumerated() { roster.add(viewer, of: id(number)) }
            var seen = 0
            for number in 0..<count { roster.forEach(of: [id(number)]) { _ in seen += 1 } }
            for (number, viewer) in viewers.enumerated() { roster.remove(viewer, of: id(number)) }
            return roster.count == 0 ? seen : -1
        }
    },
    Workload("bytes that many accounts keep", 1000) { count in
        keeping((0..<count).map { .account(id($0)) })
    },
    Workload("bytes that one account keeps", 2000) { count in
        keeping((0..<count).map { _ in .account(id(0)) })
    },
    Workload("callers without credentials who wait", 1000) { count in
        let callers = (0..<count).map { Caller(UInt64($0 % 100)) }
        return {
            var share = OpenCallerShare<Caller>(places: 32)
            var served = 0
            var inside: [Caller] = []
            for caller in callers where share.enter(caller) { inside.append(caller) }
            while let caller = inside.popLast() {
                served += 1
                share.leave(caller.network)
                while let next = share.next() { inside.append(next) }
            }
            return served
        }
    },
    Workload("questions to an accounts service", 500) { count in
        let digests = (0..<count).map(digest)
        return {
            var bounds = QuestionTurns.Bounds()
            bounds.waiting = 10 * count
            var settings = DecisionTable.Settings()
            settings.questions = bounds
            settings.capacity = 4 * count
            let table = DecisionTable(settings)
            for number in 0..<count {
                let asker = DecisionTable.Asker(
                    network: ClientNetwork(number: UInt64(number) << 16), owner: ObjectIdentifier(table)
                ) {}
                _ = table.ask(digests[number], isRead: true, by: asker, now: 0) { _ in }
            }
            for digest in digests { table.complete(digest, .unauthenticated(.tokenUnknown), now: 1) }
            return table.questionsAsked
        }
    },
    Workload("records of monitoring that wait for the plugins", 2000) { count in
        let batch = PointBatch(records: [], names: PointNames(mount: "/6", plugins: []))
        return {
            var queue = PointQueue(capacity: 2 * count)
            for _ in 0..<count { queue.append(batch) }
            var taken = 0
            while queue.takeFirst() != nil { taken += 1 }
            return taken
        }
    },
]

private final class Connection: ChainMember {
    var before: Connection?
    var after: Connection?
}

private final class Caller: OpenCaller {
    let network: UInt64
    var before: Caller?
    var after: Caller?

    init(_ network: UInt64) { self.network = network }
}

/// Viewers come and go, each of the account at its place; meanwhile it is asked who has to go for one more.
private func watching(_ accounts: [UniqueID]) -> () -> Int {
    let viewers = accounts.map { _ in Connection() }
    let stranger = ViewerHolder.network(7)
    return {
        var census = ViewerCensus<Connection>()
        var asked = 0
        for (viewer, account) in zip(viewers, accounts) {
            census.enter(viewer, of: .account(account))
            _ = census.viewerToGo(for: stranger)
            asked += 1
        }
        for (viewer, account) in zip(viewers, accounts) { census.leave(viewer, of: .account(account)) }
        return census.count == 0 ? asked : -1
    }
}

/// Connections keep more and more bytes and let go of them; after each change it is asked who keeps most.
private func keeping(_ payers: [BufferPayer]) -> () -> Int {
    {
        var shares = BufferShares<Int>()
        let places = payers.enumerated().map { number, payer in
            let place = shares.join(number, payer, number &* 7919 % 1000 + 1)
            _ = shares.oldestOfMost
            return place
        }
        var changed = 0
        for (place, payer) in zip(places, payers) where shares.change(place, of: payer, to: changed + 1) {
            changed += 1
        }
        for place in places { shares.leave(place) }
        return shares.count == 0 ? changed : -1
    }
}
