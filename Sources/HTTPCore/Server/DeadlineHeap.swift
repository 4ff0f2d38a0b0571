/// The instants at which sources want to be looked at, earliest first.
///
/// A source's deadline moves with every request, its entry does not: an entry that comes up early is put in again at
/// the deadline of that time. So a busy connection costs one entry per idle timeout, not one per request.
///
/// It can't be copied: while a second reference to it lived somewhere, each entry put in copied all of them, which with
/// 5,000 clients stopped the loop for a second (perf, 2026-11).
package struct DeadlineHeap: ~Copyable {
    package struct Entry {
        package let instant: Instant
        package let token: UInt64

        package init(instant: Instant, token: UInt64) {
            self.instant = instant
            self.token = token
        }
    }

    private var entries: [Entry] = []

    package init() {}

    /// `never` where there is no entry.
    package var earliest: Instant { entries.first?.instant ?? .never }

    package mutating func insert(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].instant < entries[parent].instant else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out the earliest entry if it is due at `now`.
    package mutating func removeDue(at now: Instant) -> Entry? {
        guard let first = entries.first, first.instant <= now else { return nil }
        let last = entries.removeLast()
        guard !entries.isEmpty else { return first }
        entries[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in 2 * parent + 1...2 * parent + 2
            where child < entries.count && entries[child].instant < entries[least].instant {
                least = child
            }
            if least == parent { return first }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
