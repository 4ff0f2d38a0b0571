package import HTTPCore

/// Where each number stands in the one array of a worker's counters. All tables are closed, so the array never grows,
/// and what an attacker sends can't make it.
///
/// Sizes are written out and places computed from them, so that all are constants: asking the tables for their sizes, each
/// request checked a dozen times whether that had been done yet (2026-11, Swift 6.3). `holdsAllTables` tells whether they
/// are right.
package enum CounterLayout {
    /// Route 0 is for paths that name nothing.
    static let routeCount = 18
    static let methodCount = 10
    static let statusCount = 38
    static let errorCodeCount = 32
    private static let reasonCount = 45
    private static let endCount = 6
    private static let faultCount = 3 * 37
    private static let overloadCount = 6
    private static let scalarCount = 20

    /// Whether each table has the size that is written out.
    package static var holdsAllTables: Bool {
        routeCount == Route.allCases.count + 1 && methodCount == Method.allCases.count
            && statusCount == statuses.count && errorCodeCount == errorCodes.count
            && reasonCount == RefusalReason.allCases.count && endCount == ExchangeEnd.allCases.count
            && faultCount == MessageFault.all.count && overloadCount == Overload.allCases.count
            && scalarCount == Scalar.allCases.count && DurationBuckets.count == DurationBuckets.bounds.count + 1
    }

    /// Each method on each route.
    package static var pathCount: Int { routeCount * methodCount }

    /// Statuses that are counted each by itself; any other counts as 0.
    static let statuses = [
        0, 101, 200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 406, 408, 409, 411, 412,
        413, 414, 415, 416, 417, 422, 429, 431, 499, 500, 501, 502, 503, 504, 505,
    ]
    /// LUNA's codes that the proxy itself gives; 0 for errors of Luna-Streams, which pass through unread.
    static let errorCodes = [0] + Set(ErrorKind.allCases.map(\.code)).sorted()

    static let requests = 0
    static var errors: Int { requests + pathCount * statusCount }
    static var durations: Int { errors + pathCount * errorCodeCount }
    static var durationSums: Int { durations + pathCount * DurationBuckets.count }
    static var reasons: Int { durationSums + pathCount }
    static var ends: Int { reasons + reasonCount }
    static var connectFailures: Int { ends + endCount }
    static var faults: Int { connectFailures + reasonCount }
    static var overloads: Int { faults + faultCount }
    static var connects: Int { overloads + overloadCount }
    static var connectSum: Int { connects + DurationBuckets.count }
    static var turns: Int { connectSum + 1 }
    static var turnSum: Int { turns + DurationBuckets.count }
    static var scalars: Int { turnSum + 1 }
    package static var count: Int { scalars + scalarCount }

    /// The index of a status in `statuses`, by status.
    static let statusIndexes: [UInt8] = {
        var indexes = [UInt8](repeating: 0, count: 1000)
        for (index, status) in statuses.enumerated() { indexes[status] = UInt8(index) }
        return indexes
    }()

    package static func path(_ route: Route?, _ method: Method) -> Int {
        (route.map { Int($0.rawValue) + 1 } ?? 0) * methodCount + Int(method.rawValue)
    }
}
