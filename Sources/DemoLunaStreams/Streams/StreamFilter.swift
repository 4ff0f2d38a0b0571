package import HTTPCore

/// Which streams a request is about; what is nil does not narrow.
package struct StreamFilter: Sendable {
    package var accountID: UniqueID?
    package var status: LunaStream.Status?
    package var name: String?
    package var streamIDs: Set<UniqueID>?

    /// From the query: `account_id`, `status`, `name` (the whole name), `stream_ids` (separated by commas).
    package init(_ query: Query) throws(ServiceError) {
        accountID = try Self.accountID(query)
        if let word = try query.value("status") {
            guard let known = LunaStream.Status(rawValue: word) else {
                throw .unsupportedParameter("status", "no such status")
            }
            status = known
        }
        name = try query.value("name")
        if let list = try query.value("stream_ids") {
            var ids: Set<UniqueID> = []
            for word in list.split(separator: ",") {
                guard let id = UniqueID(String(word)) else {
                    throw .unsupportedParameter("stream_ids", "UUIDs separated by commas are needed")
                }
                ids.insert(id)
            }
            streamIDs = ids
        }
    }

    package static func accountID(_ query: Query) throws(ServiceError) -> UniqueID? {
        guard let text = try query.value("account_id") else { return nil }
        guard let id = UniqueID(text) else { throw .unsupportedParameter("account_id", "a UUID is needed") }
        return id
    }

    package func includes(_ stream: LunaStream, now: Timestamp) -> Bool {
        if let accountID, accountID != stream.content.accountID { return false }
        if let status, status != stream.status(at: now) { return false }
        if let name, name != stream.content.name { return false }
        if let streamIDs, !streamIDs.contains(stream.id) { return false }
        return true
    }
}
