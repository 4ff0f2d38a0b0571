/// The bounds of all histograms here, those of LUNA services: from a tenth of a millisecond to ten seconds.
package enum DurationBuckets {
    /// Upper bounds, inclusive, in nanoseconds.
    package static let bounds: [Int64] = [
        100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
        250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ]

    /// The same as `le` labels, in seconds.
    package static let labels: [StaticString] = [
        "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1",
        "2.5", "5", "10",
    ]

    /// One more than bounds: the last is for what is longer than all.
    package static let count = 17

    /// The bucket that a duration falls into.
    static func index(_ nanoseconds: Int64) -> Int {
        var index = 0
        bounds.withUnsafeBufferPointer { bounds in
            while index < bounds.count, nanoseconds > bounds[index] { index += 1 }
        }
        return index
    }
}
