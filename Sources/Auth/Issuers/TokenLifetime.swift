internal import JSON

/// From when until when a token holds, by `exp`, `nbf` and `iat` (RFC 7519 §4.1.4 to §4.1.6), in Unix seconds. The leeway
/// is in it already.
struct TokenLifetime {
    /// Not before: the later one of `nbf` and `iat`, since a token that has not been issued yet has a wrong date in it.
    let start: Int64?
    /// No longer from then on.
    let end: Int64?

    /// Nil where one of the three is there and is no date.
    init?(_ payload: JSONNode, leeway: Int64) {
        var starts: [Int64] = []
        for name in ["nbf", "iat"] {
            guard let node = payload[name] else { continue }
            guard let date = node.numericDate(.up) else { return nil }
            starts.append(Self.sum(date, -leeway))
        }
        start = starts.max()
        guard let node = payload["exp"] else {
            end = nil
            return
        }
        guard let date = node.numericDate(.down) else { return nil }
        end = Self.sum(date, leeway)
    }

    /// Why the token does not hold at `now`, in Unix milliseconds; nil where it does. One that has ended has done so for
    /// good, whenever it was to begin.
    func refusal(at now: Int64) -> Unauthenticated? {
        if let end, now >= UnixTime.milliseconds(fromSeconds: end) { return .tokenExpired }
        if let start, now < UnixTime.milliseconds(fromSeconds: start) { return .tokenNotYetValid }
        return nil
    }

    /// Held at the ends of time.
    private static func sum(_ date: Int64, _ seconds: Int64) -> Int64 {
        let (sum, overflows) = date.addingReportingOverflow(seconds)
        guard overflows else { return sum }
        return seconds < 0 ? .min : .max
    }
}
