package import HTTPCore

/// Where each number stands in the one array of a worker's counters. All tables are closed, so the array never grows,
/// and what an attacker sends can't make it.
package enum CounterLayout {
    /// Route 0 is for paths that name nothing.
    static let routeCount = Route.allCases.count + 1
    static let methodCount = Method.allCases.count
    /// Each method on each route.
    package static let pathCount = routeCount * methodCount

    /// Statuses that are counted each by itself; any other counts as 0.
    static let statuses = [
        0, 101, 200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 406, 408, 409, 411, 412,
        413, 414, 415, 416, 417, 422, 429, 431, 499, 500, 501, 502, 503, 504, 505,
    ]
    /// LUNA's codes that the proxy itself gives; 0 for errors of Luna-Streams, which pass through unread.
    static let errorCodes = [
        0, 1, 4, 6, 7, 8, 9, 10, 13, 14, 16, 11037, 11042, 11059, 11061, 11062, 11063, 11064, 11065, 11076, 12012,
        12013,
        12017, 12021, 12022, 12027, 12033, 12046, 39001, 41005, 41006, 41007,
    ]

    static let requests = 0
    static let errors = requests + pathCount * statuses.count
    static let durations = errors + pathCount * errorCodes.count
    static let durationSums = durations + pathCount * DurationBuckets.count
    static let reasons = durationSums + pathCount
    static let ends = reasons + RefusalReason.allCases.count
    static let connectFailures = ends + ExchangeEnd.allCases.count
    static let faults = connectFailures + RefusalReason.allCases.count
    static let overloads = faults + MessageFault.all.count
    static let connects = overloads + Overload.allCases.count
    static let connectSum = connects + DurationBuckets.count
    static let turns = connectSum + 1
    static let turnSum = turns + DurationBuckets.count
    static let scalars = turnSum + 1
    package static let count = scalars + Scalar.allCases.count

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
