package import HTTPCore
package import JSON

/// One stream as the service keeps it: what its client said, and what the service adds.
package struct LunaStream: Sendable {
    package let id: UniqueID
    package var content: StreamContent
    /// 1 at creation, one more with each replacement.
    package var version: Int
    package let creationTime: Timestamp
    /// When the content last changed: creation or replacement.
    package var contentTime: Timestamp

    package init(id: UniqueID, content: StreamContent, now: Timestamp) {
        self.id = id
        self.content = content
        version = 1
        creationTime = now
        contentTime = now
    }

    package mutating func replace(_ content: StreamContent, now: Timestamp) {
        self.content = content
        version += 1
        contentTime = now
    }

    /// How long a stream stays `pending` before the worker that the demo plays takes it up.
    package static let pendingSeconds = 1.0

    package enum Status: String, CaseIterable, Sendable {
        case pending
        case inProgress = "in_progress"
        case pause
    }

    package func status(at now: Timestamp) -> Status {
        if content.isPaused { return .pause }
        return now < contentTime.adding(seconds: Self.pendingSeconds) ? .pending : .inProgress
    }

    /// A paused stream has no previews (39009). A pending one has them at once, so that a client need not wait.
    package var hasPreviews: Bool { !content.isPaused }

    /// Writes the stream object, its members as in a live answer.
    ///
    /// - Parameters:
    ///   - base: where the previews are, `http://127.0.0.1:5160/1`.
    package func write(to writer: inout JSONWriter, now: Timestamp, base: String) {
        let status = status(at: now)
        writer.object {
            $0.member("stream_id", id.description)
            $0.member("account_id", content.accountID.description)
            $0.member("name", content.name)
            $0.member("description", content.description)
            $0.name("data")
            $0.raw(content.data)
            $0.name("location")
            $0.raw(content.location)
            $0.name("autorestart")
            $0.raw(content.autorestart)
            $0.member("status", status.rawValue)
            $0.member("version", version)
            $0.member("create_time", creationTime.rfc3339)
            $0.name("event_handler")
            $0.raw(content.eventHandler)
            $0.name("policies")
            $0.raw(content.policies)
            $0.member("last_error", nil)
            $0.name("video_info")
            writeVideoInfo(to: &$0, status: status)
            $0.name("preview")
            writePreview(to: &$0, base: base)
            $0.name("groups")
            $0.array { if let group = content.groupName { $0.value(group) } }
        }
    }

    private func writeVideoInfo(to writer: inout JSONWriter, status: Status) {
        guard status == .inProgress else { return writer.null() }
        writer.object {
            $0.member("width", TestCard.width)
            $0.member("height", TestCard.height)
            $0.member("fps", LiveView.usualRate)
        }
    }

    private func writePreview(to writer: inout JSONWriter, base: String) {
        guard hasPreviews else { return writer.null() }
        let place = "\(base)/streams/\(id)/preview/handler"
        writer.object {
            $0.name("live")
            $0.object { $0.member("url", "\(place)/live") }
            $0.name("last_frame")
            $0.object { $0.member("url", "\(place)/frame") }
        }
    }
}
