package import HTTPCore
package import JSON

/// What goes back for a request, before any framing: the connection adds lengths, and drops the content of HEAD.
package struct DemoAnswer: Sendable {
    package var status: Int
    package var fields: [(name: String, value: String)]
    package var content: Content

    package enum Content: Sendable {
        case none
        case bytes([UInt8])
        /// Endless: parts come from `LunaStreams.part(of:at:)` for as long as the stream plays.
        case live(LiveView)
    }

    package static func empty(_ status: Int) -> DemoAnswer {
        DemoAnswer(status: status, fields: [], content: .none)
    }

    package static func json(
        _ status: Int, fields: [(name: String, value: String)] = [], _ members: (inout JSONWriter) -> Void
    ) -> DemoAnswer {
        var writer = JSONWriter()
        writer.object(members)
        return DemoAnswer(
            status: status, fields: [("Content-Type", "application/json")] + fields, content: .bytes(writer.bytes))
    }

    package func field(_ name: String) -> String? {
        fields.first { $0.name == name }?.value
    }
}

/// One viewer's wish: which stream, how often.
package struct LiveView: Sendable, Equatable {
    package let streamID: UniqueID
    /// Pictures a second, in `allowedRate`.
    package let rate: Int

    package static let allowedRate = 5...25
    package static let usualRate = 15

    package init(streamID: UniqueID, rate: Int) {
        self.streamID = streamID
        self.rate = rate
    }

    /// The time from one picture to the next, in microseconds.
    package var interval: Int64 { 1_000_000 / Int64(rate) }

    /// When the time slot of a picture shown at `now` began. Slots lie on the wall clock's grid, so all viewers of one
    /// rate share them.
    package func slotStart(at now: Timestamp) -> Timestamp {
        Timestamp(microseconds: now.microseconds / interval * interval)
    }
}
