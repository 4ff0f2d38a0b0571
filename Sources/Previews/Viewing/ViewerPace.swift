package import HTTPCore

/// Which picture a viewer is sent and when: the newest whole one whenever its socket has room, none that is older, never half of
/// one. A few words for each viewer, whatever it does.
package struct ViewerPace: Sendable {
    /// The number of the picture that was begun last; 0 before the first.
    package private(set) var begun: UInt64 = 0
    /// Whether a part of it has still to be taken. It is always finished: a half picture is worse than an old one.
    package private(set) var isUnderWay = false
    /// Pictures of which the last byte was taken.
    package private(set) var taken: UInt64 = 0
    /// Pictures left out because the viewer takes too long for the one before.
    package private(set) var droppedAsSlow: UInt64 = 0
    /// Pictures left out because it is to get only so many a second.
    package private(set) var droppedByPace: UInt64 = 0

    /// When the next picture may begin.
    private var slot = Instant(nanoseconds: 0)
    /// The least time between two beginnings.
    private let interval: Interval
    /// Whether the pace, and not the viewer, has held back a picture since the last one was begun.
    private var wasHeld = false
    /// The last time when it has taken a byte, or had nothing to take.
    private var moved: Instant
    private let stall: Interval

    /// No viewer is sent more pictures a second, however fast its source is: no screen shows more.
    package static let pictureRateMaximum = 60

    /// `stall`: `live-stall`, how long it may take no byte of what waits for it. `rate`: pictures a second at most, such as of a
    /// tile; 0 is `pictureRateMaximum`.
    package init(stall: Interval, rate: Int = 0, at now: Instant) {
        let most = rate == 0 ? Self.pictureRateMaximum : min(rate, Self.pictureRateMaximum)
        interval = Interval(nanoseconds: 1_000_000_000 / Int64(most))
        self.stall = stall
        moved = now
    }

    /// There is a newer picture, or room in the socket, or its slot has come. True where the newest is to begin now.
    package mutating func offer(_ newest: UInt64, isWritable: Bool, at now: Instant) -> Bool {
        guard newest > begun, !isUnderWay else { return false }
        guard isWritable else { return false }
        guard now >= slot else {
            wasHeld = true
            return false
        }
        begin(newest, at: now)
        return true
    }

    private mutating func begin(_ newest: UInt64, at now: Instant) {
        // Nothing was left out before the first: it has begun with the newest.
        let skipped = begun == 0 ? 0 : newest - begun - 1
        if wasHeld { droppedByPace += skipped } else { droppedAsSlow += skipped }
        wasHeld = false
        begun = newest
        isUnderWay = true
        moved = now
        // From the slot on, not from now: else a picture that comes a little late would slow down all that follow.
        let next = slot.advanced(by: interval)
        slot = next > now ? next : now.advanced(by: interval)
    }

    /// No picture begins before that: its account has used up its bytes for now.
    package mutating func hold(until instant: Instant) {
        slot = max(slot, instant)
        wasHeld = true
    }

    /// Bytes of it were taken.
    package mutating func progressed(at now: Instant) {
        moved = now
    }

    /// The last byte of the picture under way was taken. Offer the newest again.
    package mutating func finished(at now: Instant) {
        isUnderWay = false
        taken += 1
        moved = now
    }

    /// When to offer a picture again that waits for its slot; nil where none does.
    package func wake(newest: UInt64) -> Instant? {
        newest > begun && !isUnderWay ? slot : nil
    }

    /// When it is cut if it takes no byte until then; nil where nothing waits for it. Slow is no crime, only silence is.
    package var stallDeadline: Instant? {
        isUnderWay ? moved.advanced(by: stall) : nil
    }

    /// How long it has taken nothing of what waits for it, in nanoseconds: who is first to give way.
    package func silence(at now: Instant) -> Int64 {
        isUnderWay ? max(0, now.nanoseconds - moved.nanoseconds) : 0
    }
}
