package import HTTPCore

/// How many there are of something, and how many there were at once within the last ten seconds. Whatever happens costs a
/// comparison, and each second that passes ten more.
///
/// A class of plain numbers, each read and written by itself: so the compiler sees that no two accesses overlap.
package final class RecentPeak {
    private static let step = Interval(.seconds(1))
    /// Of whole seconds: with the one under way they are the last ten.
    private var former = [Int](repeating: 0, count: 9)
    private var place = 0
    private var formerPeak = 0
    private var current = 0
    private var end: Instant
    private var count = 0

    package init(at now: Instant) {
        end = now.advanced(by: Self.step)
    }

    package var level: Int { count }

    /// When the second under way is over.
    package var stepEnd: Instant { end }

    /// The greatest level of the last ten seconds, as of the last call that told the time.
    package var peak: Int { max(formerPeak, current) }

    package func rise(at now: Instant) {
        if now >= end { advance(to: now) }
        count += 1
        if count > current { current = count }
    }

    package func fall(at now: Instant) {
        if now >= end { advance(to: now) }
        count -= 1
    }

    package func advance(to now: Instant) {
        if now < end { return }
        // Between two calls the level has stayed what it is: of a long silence the last ten seconds are all that matters.
        var steps = 0
        while end <= now, steps <= former.count {
            former[place] = current
            place = (place + 1) % former.count
            current = count
            end = end.advanced(by: Self.step)
            steps += 1
        }
        if end <= now { end = now.advanced(by: Self.step) }
        formerPeak = former.reduce(0, max)
    }
}
