package import HTTPCore

/// A client as its worker's roster knows it.
package protocol RosteredClient: AnyObject {
    /// Where it stands in the roster.
    var place: Int { get set }
    /// How many had come before it: of those that came in one turn of the loop, and at one time, the first goes first.
    var arrival: Int { get set }
    /// Since when it has had nothing under way; nil where it has.
    var idleSince: Instant? { get }
}

/// The clients of a worker, and those of them that can best be spared where there is no room for another.
///
/// Who has been idle longest is not kept in order, for that would cost every request something. It is looked for when it
/// is wanted, among the next of all in turn: of so many clients it is the very one, of more one of the longest.
package struct ClientRoster<Client: RosteredClient> {
    /// So many are looked at.
    package static var sample: Int { 256 }

    package private(set) var all: [Client] = []
    /// Where the next look begins.
    private var hand = 0
    private var arrivals = 0

    package init() {}

    package mutating func add(_ client: Client) {
        client.place = all.count
        client.arrival = arrivals
        arrivals += 1
        all.append(client)
    }

    package mutating func remove(_ client: Client) {
        let place = client.place
        precondition(all[place] === client, "a client stands where it was put")
        let last = all.removeLast()
        guard last !== client else { return }
        all[place] = last
        last.place = place
    }

    /// Idle clients, those first that have been so longest.
    package mutating func idle() -> [Client] {
        var found: [(since: Instant, client: Client)] = []
        let count = min(Self.sample, all.count)
        for offset in 0..<count {
            let client = all[(hand + offset) % all.count]
            if let since = client.idleSince { found.append((since, client)) }
        }
        hand = all.isEmpty ? 0 : (hand + count) % all.count
        return found.sorted { ($0.since, $0.client.arrival) < ($1.since, $1.client.arrival) }.map(\.client)
    }
}

extension ClientTransport: RosteredClient {}
