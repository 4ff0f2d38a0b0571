/// When one viewer gets its next picture: one a time slot, and none while the one before is still going out, so a slow
/// viewer skips pictures and never has more than one waiting.
package struct LivePacer: Sendable {
    package let view: LiveView
    /// The start of the slot whose picture was sent last.
    private var lastSlot: Timestamp?

    package init(_ view: LiveView) {
        self.view = view
    }

    /// Whether a picture is to be sent now; asking counts it as sent.
    package mutating func takesPicture(at now: Timestamp, isOutputPending: Bool) -> Bool {
        let slot = view.slotStart(at: now)
        // Not "later than the last": a wall clock that is set back must not stop the picture.
        guard !isOutputPending, slot != lastSlot else { return false }
        lastSlot = slot
        return true
    }

    /// Microseconds from `now` to the start of the next slot, never 0.
    package func delay(after now: Timestamp) -> Int64 {
        view.slotStart(at: now).microseconds + view.interval - now.microseconds
    }
}
