internal import HTTPCore

/// The previews: one picture, or pictures without end.
extension LunaStreams {
    func frame(_ id: UniqueID, _ call: Call) throws(ServiceError) -> DemoAnswer {
        let stream = try store.stream(id, of: StreamFilter.accountID(call.request.query))
        guard stream.hasPreviews else { throw .previewNotFound("last_frame", id) }
        // A picture of this second: asking more often costs nothing.
        let start = Timestamp(microseconds: call.now.seconds * 1_000_000)
        let picture = try pictures.picture(of: stream, notBefore: start, now: call.now)
        return DemoAnswer(
            status: 200, fields: [("Content-Type", "image/jpeg"), ("Cache-Control", "no-store")],
            content: .bytes(picture.jpeg))
    }

    func live(_ id: UniqueID, _ call: Call) throws(ServiceError) -> DemoAnswer {
        let stream = try store.stream(id, of: StreamFilter.accountID(call.request.query))
        guard stream.hasPreviews else { throw .previewNotFound("live", id) }
        let rate = try call.request.query.integer("fps", LiveView.allowedRate) ?? LiveView.usualRate
        return DemoAnswer(
            status: 200,
            fields: [("Content-Type", MultipartReplace.mediaType), ("Cache-Control", "no-store")],
            content: .live(LiveView(streamID: id, rate: rate)))
    }

    /// The next part of a live preview, or nil when it has ended: the stream was deleted or paused, or cannot be drawn.
    package func part(of view: LiveView, at now: Timestamp) -> [UInt8]? {
        guard let stream = store[view.streamID], stream.hasPreviews else { return nil }
        do {
            return try pictures.picture(of: stream, notBefore: view.slotStart(at: now), now: now).part
        } catch {
            return nil
        }
    }
}
