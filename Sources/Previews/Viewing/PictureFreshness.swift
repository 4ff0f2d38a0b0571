package import HTTPCore

/// Whether a picture may be shown to somebody who comes now. A stale one is worse than none: it looks as if all were well.
package struct PictureFreshness: Sendable {
    /// `live-fresh`.
    private let maximum: Interval

    package init(maximum: Interval) {
        self.maximum = maximum
    }

    package func isFresh(_ picture: Picture, at now: Instant) -> Bool {
        picture.completed.advanced(by: maximum) >= now
    }
}
