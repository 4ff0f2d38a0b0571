import Auth
import HTTPCore
import StreamsProxy

/// What holds something for each client, stream, credential or address.
let tableWorkloads = [
    Workload("deadlines", 2000) { count in
        {
            var heap = DeadlineHeap()
            for number in 0..<count { heap.insert(entry(number &* 7919 % count)) }
            var due = 0
            while heap.removeDue(at: Instant(nanoseconds: .max - 1)) != nil { due += 1 }
            return due
        }
    },
    Workload("clients of a roster", 2000) { count in
        let clients = (0..<count).map { _ in Client() }
        return {
            var roster = ClientRoster<Client>()
            for client in clients { roster.add(client) }
            for client in clients { roster.remove(client) }
            return roster.all.isEmpty ? count : 0
        }
    },
    Workload("clients of a full roster that give way", 600, result: { $0 / 10 }) { count in
        let clients = (0..<count).map { _ in Client() }
        var roster = ClientRoster<Client>()
        for client in clients { roster.add(client) }
        return {
            var looks = 0
            for _ in 0..<count / 10 {
                guard let spared = roster.idle().first else { return -1 }
                roster.remove(spared)
                roster.add(spared)
                looks += 1
            }
            return looks
        }
    },
    Workload("turns of many clients in a queue", 300) { count in
        {
            var queue = FairQueue<Int>(capacity: count)
            for number in 0..<count { _ = queue.append(number, of: UInt64(number)) }
            for number in 0..<count { _ = queue.append(number, of: 0) }
            var taken = 0
            while queue.popFirst() != nil { taken += 1 }
            return taken
        }
    },
    Workload("turns of one client in a queue", 300) { count in
        {
            var queue = FairQueue<Int>(capacity: count)
            for number in 0..<2 * count { _ = queue.append(number, of: UInt64(number / count)) }
            var taken = 0
            while queue.popFirst() != nil { taken += 1 }
            return taken
        }
    },
    Workload("owners of streams", 2000) { count in
        {
            var memory = OwnershipMemory(capacity: 2 * count)
            for number in 0..<count {
                let question = memory.question(about: id(number), now: 0)
                memory.remember(.account(account), answering: question)
            }
            var found = 0
            for number in 0..<count where memory.owner(of: id(number), now: 1) != nil { found += 1 }
            return found
        }
    },
    Workload("owners of streams that are forgotten", 1000) { count in
        var memory = OwnershipMemory(capacity: 2 * count)
        for number in 0..<count {
            memory.remember(.absent, answering: memory.question(about: id(number), now: 0))
        }
        return {
            for number in 0..<count { memory.forget(id(number)) }
            return count - memory.count
        }
    },
    Workload("connections of many addresses", 2000) { count in
        {
            let census = AddressCensus()
            for number in 0..<count { _ = census.enter(UInt64(number), limit: 10) }
            for number in 0..<count { census.leave(UInt64(number)) }
            return count - census.networks
        }
    },
    Workload("decisions that are remembered", 500) { count in
        {
            var cache = DecisionCache(capacity: 4 * count)
            for number in 0..<count { cache.store(digest(number), .unauthenticated(.tokenUnknown), now: 0, until: 100) }
            var found = 0
            for number in 0..<count where cache.find(digest(number), now: 1) != nil { found += 1 }
            return found
        }
    },
    Workload("decisions of more credentials than are remembered", 1000) { count in
        {
            var cache = DecisionCache(capacity: count / 10)
            for number in 0..<count { cache.store(digest(number), .unauthenticated(.tokenUnknown), now: 0, until: 100) }
            return cache.count <= count / 10 ? count : 0
        }
    },
    Workload("a long note in the log", 5000) { count in
        let note = OperatorNote(level: .info, side: .plugin, message: String(repeating: "ä\n\"", count: count))
        return { note.line(LoggerSettings(), unixMilliseconds: 0).count > count ? count : 0 }
    },
]

private final class Client: RosteredClient {
    var place = 0
    var arrival = 0
    var idleSince: Instant? = Instant(nanoseconds: 1)
}

private func entry(_ number: Int) -> DeadlineHeap.Entry {
    DeadlineHeap.Entry(instant: Instant(nanoseconds: Int64(number)), token: UInt64(number))
}

func id(_ number: Int) -> UniqueID { UniqueID(high: 0x4000, low: UInt64(number)) }

private let key = KeyedHash(key: bytes("cost"))

func digest(_ number: Int) -> CredentialDigest {
    CredentialDigest(.token, bytes("\(number)").span, under: key)
}
