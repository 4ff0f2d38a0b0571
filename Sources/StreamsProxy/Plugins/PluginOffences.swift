package import HTTPCore

/// Which plugins have made the host end for all, and how long each is kept out of it: whoever ends it again and again
/// must not do so for ever.
///
/// The first time costs nothing, since anybody may have a bad moment. After that a plugin is not started for a while,
/// longer each time, and at last not before the operator says so.
package struct PluginOffences: Sendable {
    /// How long after each offence.
    package static let holds: [Interval?] = [
        Interval(.zero), Interval(.seconds(60)), Interval(.seconds(300)), Interval(.seconds(1800)), nil,
    ]
    /// A plugin that has run for so long begins anew.
    package static let memory = Interval(.seconds(3600))

    private struct Entry {
        var count = 0
        /// Until when it is kept out.
        var until: Instant
        var isHeld: Bool
    }

    private var entries: [String: Entry] = [:]

    package init() {}

    /// A plugin made the host end. How long it is kept out: nil is for good, zero not at all.
    package mutating func blame(_ plugin: String, at now: Instant) -> Interval? {
        var entry = entries[plugin] ?? Entry(until: now, isHeld: false)
        if !entry.isHeld, entry.until != .never, entry.until.advanced(by: Self.memory) <= now { entry.count = 0 }
        entry.count += 1
        let hold = Self.holds[min(entry.count, Self.holds.count) - 1]
        entry.until = hold.map { now.advanced(by: $0) } ?? .never
        entry.isHeld = entry.until > now
        entries[plugin] = entry
        return hold
    }

    package func isHeld(_ plugin: String) -> Bool { entries[plugin]?.isHeld ?? false }

    /// When `release` is to be called.
    package var deadline: Instant { entries.values.filter(\.isHeld).map(\.until).min() ?? .never }

    /// The plugins whose time is over; they may be started from now on.
    package mutating func release(at now: Instant) -> [String] {
        let free = entries.filter { $0.value.isHeld && $0.value.until <= now }.map(\.key).sorted()
        for plugin in free { entries[plugin]?.isHeld = false }
        return free
    }

    /// The operator wants all plugins started.
    package mutating func forgive() {
        entries = [:]
    }
}
