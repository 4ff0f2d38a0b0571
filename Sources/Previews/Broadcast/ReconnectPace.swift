internal import HTTPCore

/// When a lost source is asked again: soon at first, then ever less often, and never all at the same moment.
struct ReconnectPace {
    /// How long to wait before each attempt, in nanoseconds; the last one is repeated. The third is shorter than twice the
    /// second, so that a source that was away for less than two seconds is found within one.
    private static let waits: [Int64] = [250, 500, 750, 750, 2000, 4000, 5000].map { $0 * 1_000_000 }
    /// Pictures must have come for that long, in nanoseconds, before a loss counts as the first again: a source that closes
    /// after each picture is not asked four times a second for ever.
    private static let steadiness: Int64 = 10_000_000_000

    /// Attempts since the last steady time.
    private var attempts = 0
    /// When the connection at hand brought its first picture.
    private var steadySince: Instant?
    /// When a connection was last wanted: between two is the shortest wait at least, whatever the reason.
    private var asked: Instant?

    mutating func connecting(at now: Instant) {
        asked = now
        steadySince = nil
    }

    mutating func pictureCame(at now: Instant) {
        if steadySince == nil { steadySince = now }
    }

    /// The connection is lost: when to ask again. Up to a fifth of the wait is added by chance, never taken away.
    mutating func next(after now: Instant, _ random: inout some RandomNumberGenerator) -> Instant {
        if let since = steadySince, now.nanoseconds - since.nanoseconds >= Self.steadiness {
            attempts = 0
        }
        let wait = Self.waits[min(attempts, Self.waits.count - 1)]
        attempts += 1
        return now.advanced(
            by: Interval(nanoseconds: wait + Int64.random(in: 0...wait / 5, using: &random)))
    }

    /// Something is known to have changed: at once, but for the shortest wait.
    func soonest(after now: Instant) -> Instant {
        guard let asked else { return now }
        return max(now, asked.advanced(by: Interval(nanoseconds: Self.waits[0])))
    }
}
