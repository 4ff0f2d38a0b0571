package import HTTPCore
package import JSON

/// What happened to streams, oldest first; only the latest entries are kept.
package struct StreamLog: Sendable {
    package enum Event: String, Sendable {
        case creation = "create"
        case replacement = "replace"
        case deletion = "delete"
    }

    package struct Entry: Sendable {
        package let streamID: UniqueID
        package let accountID: UniqueID
        package let event: Event
        package let version: Int
        package let time: Timestamp

        package func write(to writer: inout JSONWriter) {
            writer.object {
                $0.member("stream_id", streamID.description)
                $0.member("account_id", accountID.description)
                $0.member("event", event.rawValue)
                $0.member("version", version)
                $0.member("create_time", time.rfc3339)
            }
        }
    }

    /// A bound on memory, not a promise: up to a tenth more is kept, so that old entries leave in one go.
    package static let capacity = 10_000

    private var entries: [Entry] = []

    package init() {}

    package mutating func record(_ event: Event, _ stream: LunaStream, now: Timestamp) {
        if entries.count >= Self.capacity + Self.capacity / 10 { entries.removeFirst(Self.capacity / 10) }
        entries.append(
            Entry(
                streamID: stream.id, accountID: stream.content.accountID, event: event, version: stream.version,
                time: now))
    }

    /// The entries about streams of that account, or all.
    package func entries(of accountID: UniqueID?) -> [Entry] {
        guard let accountID else { return entries }
        return entries.filter { $0.accountID == accountID }
    }

    package mutating func removeEntries(of accountID: UniqueID?) {
        entries.removeAll { accountID == nil || $0.accountID == accountID }
    }
}
