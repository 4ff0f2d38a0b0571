package import HTTPCore

/// All that one worker counts, or the sum over several: plain numbers in one array, so that counting is an addition and
/// a copy for another thread is one copy.
package struct Counters: Sendable, Equatable {
    package private(set) var cells: [Int]

    package init() {
        cells = [Int](repeating: 0, count: CounterLayout.count)
    }

    private init(cells: [Int]) {
        self.cells = cells
    }

    /// What stands in for counters that are being worked on; it can't count.
    static var none: Counters { Counters(cells: []) }

    package subscript(scalar: Scalar) -> Int {
        get { cells[CounterLayout.scalars + scalar.rawValue] }
        set { cells[CounterLayout.scalars + scalar.rawValue] = newValue }
    }

    /// An exchange is over.
    package mutating func count(_ record: ExchangeRecord, _ tally: ExchangeTally, at now: Instant) {
        let path = CounterLayout.path(record.route, record.method)
        let statuses = CounterLayout.statusIndexes
        let status = statuses.indices.contains(tally.status) ? Int(statuses[tally.status]) : 0
        let duration = max(0, now.nanoseconds &- record.began.nanoseconds)
        // One span for all: each addition to the array itself would look whether it is shared.
        var cells = cells.mutableSpan
        cells[CounterLayout.requests + path * CounterLayout.statusCount + status] &+= 1
        cells[CounterLayout.durations + path * DurationBuckets.count + DurationBuckets.index(duration)] &+= 1
        cells[CounterLayout.durationSums + path] &+= Int(duration)
        cells[CounterLayout.ends + Int(record.end.rawValue)] &+= 1
        if tally.status >= 400 || record.errorCode != 0 {
            let code = CounterLayout.errorCodes.firstIndex(of: record.errorCode) ?? 0
            cells[CounterLayout.errors + path * CounterLayout.errorCodeCount + code] &+= 1
        }
        if record.reason != .none { cells[CounterLayout.reasons + Int(record.reason.rawValue)] &+= 1 }
        if let fault = record.fault { cells[CounterLayout.faults + fault.index] &+= 1 }
        switch record.decision {
        case .none: break
        case .cache: cells[CounterLayout.scalars + Scalar.decisionsCached.rawValue] &+= 1
        case .local: cells[CounterLayout.scalars + Scalar.decisionsLocal.rawValue] &+= 1
        case .asked: cells[CounterLayout.scalars + Scalar.decisionsAsked.rawValue] &+= 1
        }
        if record.isRetried { cells[CounterLayout.scalars + Scalar.upstreamRetries.rawValue] &+= 1 }
    }

    /// A connection to Luna-Streams stands, after so many nanoseconds.
    package mutating func countConnect(_ nanoseconds: Int64) {
        cells[CounterLayout.connects + DurationBuckets.index(nanoseconds)] &+= 1
        cells[CounterLayout.connectSum] &+= Int(nanoseconds)
    }

    package mutating func countConnectFailure(_ failure: UpstreamFailure) {
        cells[CounterLayout.connectFailures + Int(RefusalReason(failure).rawValue)] &+= 1
    }

    /// Somebody was refused since a bound is reached.
    package mutating func count(_ overload: Overload) {
        cells[CounterLayout.overloads + Int(overload.rawValue)] &+= 1
    }

    /// A turn of the loop has taken so many nanoseconds.
    package mutating func countTurn(_ nanoseconds: Int64) {
        cells[CounterLayout.turns + DurationBuckets.index(nanoseconds)] &+= 1
        cells[CounterLayout.turnSum] &+= Int(nanoseconds)
    }

    /// The sum of both, cell by cell.
    package mutating func add(_ other: Counters) {
        for index in cells.indices { cells[index] &+= other.cells[index] }
    }
}
