package import HTTPCore
internal import Synchronization

/// How much in which time: `burst` at once where nothing was taken for long, and `rate` a second from then on.
package struct RatePolicy: Sendable, Equatable {
    /// Units a second; more than 0.
    package let rate: Int
    /// Units at once; at least 1.
    package let burst: Int

    /// `rate` and `burst`: 1 to 2³¹. A burst of 0 is what comes in a second.
    package init(rate: Int, burst: Int) {
        self.rate = min(max(1, rate), 1 << 31)
        self.burst = min(max(1, burst == 0 ? self.rate : burst), 1 << 31)
    }

    /// Seconds in which an empty allowance is full again, rounded up: the window that clients are told.
    package var window: Int { (burst + rate - 1) / rate }

    /// How long `units` take to come back, in nanoseconds. Rounded down, so that as many as the burst has fit into it.
    func nanoseconds(for units: Int) -> Int64 {
        let (product, overflows) = units.multipliedReportingOverflow(by: 1_000_000_000)
        return overflows ? .max / 4 : max(1, Int64(product / rate))
    }
}

/// What was decided, and what is left: the numbers that a client is told.
package struct RateDecision: Sendable, Equatable {
    package let isAllowed: Bool
    /// Units that could be taken at once now.
    package let remaining: Int
    /// Nanoseconds until as much as was wanted can be taken; 0 where it was allowed.
    package let wait: Int64
    /// Nanoseconds until all of the burst is there again.
    package let full: Int64

    /// Whole seconds to wait, for Retry-After: never earlier than is true.
    package var retryAfter: Int { Int((wait + 999_999_999) / 1_000_000_000) }
    /// Whole seconds until all is there again.
    package var reset: Int { Int((full + 999_999_999) / 1_000_000_000) }
}

/// Rates of many principals on all workers, by the generic cell rate algorithm: for each one instant, at which its allowance
/// would be full. Whoever has taken nothing for long is not kept, so the table is as large as those who are active.
package final class RateTable: Sendable {
    /// The instant of each, in nanoseconds; and how large the shard was when it was cleared last.
    private struct Shard {
        var full: [UniqueID: Int64] = [:]
        var clearAt = 64
    }

    /// One of the locks, each with a part of the principals. A class, as a lock can't be moved.
    private final class Cell: Sendable {
        let shard = Mutex(Shard())
    }

    private let cells: [Cell]
    /// So that workers seldom wait for one another.
    private static let cellCount = 16

    package init() {
        cells = (0..<Self.cellCount).map { _ in Cell() }
    }

    /// Takes `cost` units from `principal`, all or nothing. What costs more than the burst is allowed where all of the burst is
    /// there, and paid for afterwards; else it would never be.
    package func take(_ principal: UniqueID, _ policy: RatePolicy, cost: Int = 1, at now: Instant)
        -> RateDecision
    {
        let most = policy.nanoseconds(for: policy.burst)
        let price = policy.nanoseconds(for: cost)
        let time = now.nanoseconds
        return cells[Int(truncatingIfNeeded: principal.low ^ principal.high) & (Self.cellCount - 1)]
            .shard.withLock { shard in
                // Settings may have made the burst smaller since: nobody owes more than all of it.
                let full = max(min(shard.full[principal] ?? time, time + max(most, price)), time)
                let later = full + price
                let isAllowed = later - time <= most || full == time
                if isAllowed {
                    if shard.full.updateValue(later, forKey: principal) == nil {
                        Self.clear(&shard, at: time)
                    }
                }
                let debt = (isAllowed ? later : full) - time
                return RateDecision(
                    isAllowed: isAllowed, remaining: Self.units(max(0, most - debt), policy),
                    wait: isAllowed ? 0 : min(debt, later - time - most), full: debt)
            }
    }

    private static func units(_ nanoseconds: Int64, _ policy: RatePolicy) -> Int {
        let (product, overflows) = Int(nanoseconds).multipliedReportingOverflow(by: policy.rate)
        return min(policy.burst, overflows ? policy.burst : product / 1_000_000_000)
    }

    /// Drops whoever has all of its allowance again; now and then, so that each entry pays for its own.
    private static func clear(_ shard: inout Shard, at time: Int64) {
        guard shard.full.count >= shard.clearAt else { return }
        shard.full = shard.full.filter { $0.value > time }
        shard.clearAt = max(64, 2 * shard.full.count)
    }

    /// Principals that are kept now.
    package var count: Int {
        cells.reduce(0) { sum, cell in sum + cell.shard.withLock { $0.full.count } }
    }
}
