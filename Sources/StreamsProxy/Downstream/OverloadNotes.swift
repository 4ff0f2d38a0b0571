package import HTTPCore

/// Tells the operator that a bound is reached: once a minute for each, with how many were refused since. A flood must not
/// become a flood of lines.
package struct OverloadNotes {
    private struct Entry {
        var due = Instant(nanoseconds: .min)
        var count = 0
    }

    private static let interval = Interval(.seconds(60))
    private var entries = [Entry](repeating: Entry(), count: Overload.allCases.count)

    package init() {}

    /// One more was refused; what is to be told now, if anything is.
    package mutating func message(_ overload: Overload, at now: Instant) -> String? {
        let index = Int(overload.rawValue)
        entries[index].count += 1
        guard entries[index].due <= now else { return nil }
        let count = entries[index].count
        entries[index] = Entry(due: now.advanced(by: Self.interval), count: 0)
        return "\(overload.code): \(overload.advice); \(count) refused"
    }
}
