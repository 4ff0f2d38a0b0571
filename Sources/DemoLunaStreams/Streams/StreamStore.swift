package import HTTPCore

/// All streams, in memory, in the order of their creation, and the log of what happened to them.
package struct StreamStore: Sendable {
    private var streams: [UniqueID: LunaStream] = [:]
    private var order: [UniqueID] = []
    package private(set) var log = StreamLog()

    /// A bound on memory that no development comes near.
    package static let capacity = 10_000

    package init() {}

    package subscript(_ id: UniqueID) -> LunaStream? { streams[id] }

    /// The stream of that id, if it belongs to `account` (or to anyone, for nil); throws 39001.
    package func stream(_ id: UniqueID, of account: UniqueID?) throws(ServiceError) -> LunaStream {
        guard let stream = streams[id], account == nil || stream.content.accountID == account else {
            throw .streamNotFound(id)
        }
        return stream
    }

    /// In the order of creation.
    package func streams(_ filter: StreamFilter, now: Timestamp) -> [LunaStream] {
        order.compactMap { id in
            streams[id].flatMap { filter.includes($0, now: now) ? $0 : nil }
        }
    }

    package mutating func create(
        _ content: StreamContent, id: UniqueID = .random(), now: Timestamp
    ) throws(ServiceError) -> LunaStream {
        guard order.count < Self.capacity else { throw .tooManyStreams(limit: Self.capacity) }
        let stream = LunaStream(id: id, content: content, now: now)
        streams[id] = stream
        order.append(id)
        log.record(.creation, stream, now: now)
        return stream
    }

    package mutating func replace(
        _ id: UniqueID, of account: UniqueID?, with content: StreamContent, now: Timestamp
    ) throws(ServiceError) -> LunaStream {
        var stream = try stream(id, of: account)
        stream.replace(content, now: now)
        streams[id] = stream
        log.record(.replacement, stream, now: now)
        return stream
    }

    package mutating func delete(_ filter: StreamFilter, now: Timestamp) {
        for stream in streams(filter, now: now) {
            streams[stream.id] = nil
            log.record(.deletion, stream, now: now)
        }
        order.removeAll { streams[$0] == nil }
    }

    package mutating func delete(_ id: UniqueID, of account: UniqueID?, now: Timestamp) throws(ServiceError) {
        let stream = try stream(id, of: account)
        streams[id] = nil
        order.removeAll { $0 == id }
        log.record(.deletion, stream, now: now)
    }

    package mutating func deleteLog(of account: UniqueID?) {
        log.removeEntries(of: account)
    }
}
