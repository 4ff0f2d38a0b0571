/// Decisions of the last seconds by credential, bounded. Two tables: new entries go into the young one; when that holds
/// half of what is allowed, it becomes the old one, and what was in the old one and not asked for since is forgotten.
package struct DecisionCache {
    struct Entry {
        let decision: Decision
        /// What it was decided by; nothing where nobody asks for it.
        var grounds: Grounds
        /// Unix milliseconds: valid from `stored` until before `end`. A clock set back makes an entry invalid rather than
        /// long-lived.
        let stored: Int64
        let end: Int64
        /// From `end` until before this it may still do where nothing newer can be had.
        let staleEnd: Int64
    }

    /// What a decision by the accounts file rests on. It is compared with the accounts that are there when it is wanted
    /// again: so a change of them forgets what it changed, and costs nothing for all the rest.
    package struct Grounds {
        /// Of the directory by which it is known to hold.
        var generation: UInt64 = 0
        /// `PasswordHash.mark` of the account's password; 0 where there was no such account, and for tokens.
        var passwordMark: UInt64 = 0

        package init(generation: UInt64 = 0, passwordMark: UInt64 = 0) {
            self.generation = generation
            self.passwordMark = passwordMark
        }
    }

    private var young: [CredentialDigest: Entry] = [:]
    private var old: [CredentialDigest: Entry] = [:]
    private let half: Int

    package init(capacity: Int) {
        half = max(1, capacity / 2)
    }

    /// How many entries there are, those past their time included.
    package var count: Int { young.count + old.count }

    /// What was decided on the credential, if that still holds at `now` (Unix milliseconds).
    package mutating func find(_ digest: CredentialDigest, now: Int64) -> DatedDecision? {
        entry(of: digest, now: now).map { DatedDecision($0.decision, until: $0.end) }
    }

    /// What was decided on the credential and by what, if its time is not over at `now`.
    mutating func entry(of digest: CredentialDigest, now: Int64) -> Entry? {
        guard let entry = entry(digest), now >= entry.stored, now < entry.end else { return nil }
        return entry
    }

    /// The decision on the credential holds by the directory of that generation too.
    mutating func confirm(_ digest: CredentialDigest, by generation: UInt64) {
        young[digest]?.grounds.generation = generation
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
    package mutating func store(
        _ digest: CredentialDigest, _ decision: Decision, now: Int64, until end: Int64,
        staleUntil staleEnd: Int64 = .min, grounds: Grounds = Grounds()
    ) {
        guard max(end, staleEnd) > now else { return }
        insert(digest, Entry(decision: decision, grounds: grounds, stored: now, end: end, staleEnd: staleEnd))
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
