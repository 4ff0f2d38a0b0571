/// Decisions of the last seconds by credential, bounded. Two tables: new entries go into the young one; when that holds
/// half of what is allowed, it becomes the old one, and what was in the old one and not asked for since is forgotten.
struct DecisionCache {
    private struct Entry {
        let decision: Decision
        /// Unix milliseconds: valid from `stored` until before `end`. A clock set back makes an entry invalid rather than
        /// long-lived.
        let stored: Int64
        let end: Int64
        /// From `end` until before this it may still do where nothing newer can be had.
        let staleEnd: Int64
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
    mutating func find(_ digest: CredentialDigest, now: Int64) -> DatedDecision? {
        guard let entry = entry(digest), now >= entry.stored, now < entry.end else { return nil }
        return DatedDecision(entry.decision, until: entry.end)
    }

    /// What was decided on the credential, if that does at `now` for want of anything newer.
    mutating func findStale(_ digest: CredentialDigest, now: Int64) -> Decision? {
        guard let entry = entry(digest), now >= entry.stored, now < entry.staleEnd else { return nil }
        return entry.decision
    }

    /// The entry, which is young from now on.
    private mutating func entry(_ digest: CredentialDigest) -> Entry? {
        if let entry = young[digest] { return entry }
        guard let entry = old[digest] else { return nil }
        insert(digest, entry)
        return entry
    }

    /// Remembers a decision from `now` until before `end`, and as a stale one until before `staleEnd` where that is
    /// later; Unix milliseconds.
    mutating func store(
        _ digest: CredentialDigest, _ decision: Decision, now: Int64, until end: Int64,
        staleUntil staleEnd: Int64 = .min
    ) {
        guard max(end, staleEnd) > now else { return }
        insert(digest, Entry(decision: decision, stored: now, end: end, staleEnd: staleEnd))
    }

    mutating func remove(_ digest: CredentialDigest) {
        young[digest] = nil
        old[digest] = nil
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
