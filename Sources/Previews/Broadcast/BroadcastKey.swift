package import HTTPCore

/// What viewers must have in common to share one connection to Luna-Streams. Where the account is part of it, no broadcast ever
/// serves two accounts, so no fault of ours can show one account's pictures to another.
package struct BroadcastKey: Hashable, Sendable {
    /// Which address of Luna-Streams: counted up whenever new settings name another one.
    package let upstream: Int
    /// Of Luna-Streams' API, 1 or 2: the same stream by each is two broadcasts.
    package let version: UInt8
    package let stream: UniqueID
    /// As it goes upstream, `account_id` edited; byte for byte, since Luna-Streams may see a meaning in any difference.
    package let query: [UInt8]
    /// Whose viewers share it; nil where `live-sharing` is `stream`, and all who may see the stream do.
    package let account: UniqueID?

    package init(upstream: Int, version: UInt8, stream: UniqueID, query: [UInt8], account: UniqueID?) {
        self.upstream = upstream
        self.version = version
        self.stream = stream
        self.query = query
        self.account = account
    }
}

/// One broadcast in the life of the process. A key that is watched again later has another one, so that news of an earlier
/// broadcast find nobody.
package struct BroadcastID: Hashable, Sendable, Comparable {
    package let number: UInt64

    package init(number: UInt64) {
        self.number = number
    }

    package static func < (one: BroadcastID, other: BroadcastID) -> Bool { one.number < other.number }
}
