internal import HTTPCore

/// A stream's picture at an instant, drawn and compressed once for however many viewers.
package struct Picture: Sendable {
    package let time: Timestamp
    package let version: Int
    package let jpeg: [UInt8]
    /// The picture as a part of a live preview.
    package let part: [UInt8]
}

/// The latest picture of each stream that somebody looks at.
package struct PictureCache {
    /// Pictures are about 40 kB in their two forms; the oldest leaves when this many streams are looked at.
    package static let capacity = 32

    private var latest: [UniqueID: Picture] = [:]
    private let encoder = JPEGEncoder()
    /// How many pictures were drawn and compressed.
    package private(set) var compressions = 0

    package init() {}

    /// The picture of `stream` that was made at `start` or later: the one there is, else a new one of `now`.
    package mutating func picture(
        of stream: LunaStream, notBefore start: Timestamp, now: Timestamp
    ) throws(ServiceError) -> Picture {
        if let picture = latest[stream.id], picture.version == stream.version,
            (start...max(start, now)).contains(picture.time)
        {
            return picture
        }
        do {
            let jpeg = try encoder.encode(TestCard.draw(stream, at: now))
            compressions += 1
            let picture = Picture(
                time: now, version: stream.version, jpeg: jpeg, part: MultipartReplace.part(jpeg))
            makeRoom(for: stream.id)
            latest[stream.id] = picture
            return picture
        } catch {
            throw .previewFailed(error.reason)
        }
    }

    private mutating func makeRoom(for id: UniqueID) {
        guard latest[id] == nil, latest.count >= Self.capacity else { return }
        if let oldest = latest.min(by: { $0.value.time < $1.value.time }) { latest[oldest.key] = nil }
    }
}
