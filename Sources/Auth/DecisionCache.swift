/// Decisions of the last seconds by credential, bounded. Two tables: new entries go into the young one; when that holds
/// half of what is allowed, it becomes the old one, and what was in the old one and not asked for since is forgotten.
struct DecisionCache {
    private struct Entry {
        let decision: Decision
        /// Unix milliseconds: valid from `stored` until before `end`. A clock set back makes an entry invalid rather than
        /// long-lived.
        let stored: Int64
        let end: Int64
    }

    private var young: [CredentialDigest: Entry] = [:]
    private var old: [CredentialDigest: Entry] = [:]
    private let half: Int

    init(capacity: Int) {
        half = max(1, capacity / 2)
    }

    /// How many entries there are, those past their time included.
    var count: Int { young.count + old.count }

    /// What was decided on the credential, if that still holds at `now` (Unix milliseconds).
    mutating func find(_ digest: CredentialDigest, now: Int64) -> Decision? {
        if let entry = young[digest] {
            return now >= entry.stored && now < entry.end ? entry.decision : nil
        }
        guard let entry = old[digest], now >= entry.stored, now < entry.end else { return nil }
        insert(digest, entry)
        return entry.decision
    }

    /// Remembers a decision from `now` until before `end`, Unix milliseconds.
    mutating func store(_ digest: CredentialDigest, _ decision: Decision, now: Int64, until end: Int64) {
        guard end > now else { return }
        insert(digest, Entry(decision: decision, stored: now, end: end))
    }

    mutating func removeAll() {
        young = [:]
        old = [:]
    }

    private mutating func insert(_ digest: CredentialDigest, _ entry: Entry) {
        if young.count >= half {
            swap(&young, &old)
            young.removeAll(keepingCapacity: true)
        }
        old[digest] = nil
        young[digest] = entry
    }
}
