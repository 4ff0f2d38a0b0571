internal import HTTPCore

/// Which questions are put to the accounts service now and which wait. So many are under way at once; of those about
/// credentials that nobody has vouched for, a part, and 64 of one network; the others wait in turns. So made-up tokens have
/// neither all places nor, from one network, more than a few.
package struct QuestionTurns {
    struct Entry {
        let digest: CredentialDigest
        let network: ClientNetwork
        /// Whether the service accepted the credential lately.
        let isKnown: Bool
        /// Tells two questions about one credential apart, of which the first is answered.
        let number: Int
        /// Has whoever put it ask the service.
        let begin: @Sendable () -> Void
    }

    package struct Bounds: Sendable {
        /// Questions under way at once: a quarter of the 1024 descriptors that a service usually has.
        package var all = 256
        /// Of these about unknown credentials: the rest is for those who were let in before.
        package var strangers = 192
        /// Of these of one network.
        package var network = 64
        /// Places of unknown credentials while known ones wait.
        package var strangersFirst = 64
        /// That wait, of either kind.
        package var waiting = 1024

        package init() {}
    }

    enum Outcome {
        case begins
        case waits
        /// It waits, and this one had to go.
        case displaces(Entry)
        case full
    }

    private let bounds: Bounds
    private var known: FairQueue<Entry>
    private var strangers: FairQueue<Entry>
    private var running = (known: 0, strangers: 0)
    /// Strangers' under way, by network.
    private var ofNetwork: [UInt64: Int] = [:]
    /// Nothing begins while the service is out of reach.
    var isHalted = false

    init(_ bounds: Bounds) {
        self.bounds = bounds
        known = FairQueue(capacity: bounds.waiting)
        strangers = FairQueue(capacity: bounds.waiting)
    }

    mutating func enter(_ entry: Entry) -> Outcome {
        if mayBegin(entry) {
            began(entry)
            return .begins
        }
        let path = entry.network.tiers
        let admission = entry.isKnown ? known.append(entry, of: path) : strangers.append(entry, of: path)
        return switch admission {
        case .taken: .waits
        case .displacing(let other): .displaces(other)
        case .full: .full
        }
    }

    /// A question that was under way has ended.
    mutating func left(_ entry: Entry) {
        if entry.isKnown {
            running.known -= 1
            return
        }
        running.strangers -= 1
        let site = entry.network.site
        let count = ofNetwork[site, default: 0] - 1
        ofNetwork[site] = count > 0 ? count : nil
        if count == bounds.network - 1 { strangers.wake(site) }
    }

    /// The next that begins; nil where none may, or none waits.
    mutating func next() -> Entry? {
        guard !isHalted, running.known + running.strangers < bounds.all else { return nil }
        let entry =
            running.strangers < bounds.strangersFirst
            ? nextStranger() ?? known.popFirst() : known.popFirst() ?? nextStranger()
        if let entry { began(entry) }
        return entry
    }

    /// Nothing waits any more.
    mutating func removeAll() {
        known = FairQueue(capacity: bounds.waiting)
        strangers = FairQueue(capacity: bounds.waiting)
        for (site, count) in ofNetwork where count >= bounds.network { strangers.rest(site) }
    }

    private mutating func nextStranger() -> Entry? {
        running.strangers < bounds.strangers ? strangers.popFirst() : nil
    }

    private func mayBegin(_ entry: Entry) -> Bool {
        guard !isHalted, running.known + running.strangers < bounds.all else { return false }
        if entry.isKnown { return known.count == 0 }
        return running.strangers < bounds.strangers
            && ofNetwork[entry.network.site, default: 0] < bounds.network
    }

    private mutating func began(_ entry: Entry) {
        if entry.isKnown {
            running.known += 1
            return
        }
        running.strangers += 1
        let site = entry.network.site
        ofNetwork[site, default: 0] += 1
        if ofNetwork[site] == bounds.network { strangers.rest(site) }
    }
}
