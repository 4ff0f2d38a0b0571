/// What a broadcast wants done, in the order of the list.
package struct BroadcastActions: OptionSet, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// Close the connection to Luna-Streams, or give up getting one.
    package static let close = BroadcastActions(rawValue: 1 << 0)
    /// Get a connection and ask for the preview.
    package static let connect = BroadcastActions(rawValue: 1 << 1)
    /// Luna-Streams sends a preview: whoever waits for an answer gets our head.
    package static let accept = BroadcastActions(rawValue: 1 << 2)
    /// The picture at hand is everybody's newest.
    package static let publish = BroadcastActions(rawValue: 1 << 3)
    /// The answer or failure at hand is that of each who waits.
    package static let answer = BroadcastActions(rawValue: 1 << 4)
    /// No preview to be shared: the connection, with the bytes so far, goes to the first of the home who waits, if there is
    /// one, and is closed else; all others who wait ask for themselves.
    package static let unshare = BroadcastActions(rawValue: 1 << 5)
    /// The source is away; viewers stay. For those who show it.
    package static let tellLost = BroadcastActions(rawValue: 1 << 6)
    /// Each viewer ends behind a whole picture: the one at hand, or the newest again.
    package static let finish = BroadcastActions(rawValue: 1 << 7)
    /// Luna-Streams has said that there is nothing more to see: each viewer is cut, end `source_ended`.
    package static let cutEnded = BroadcastActions(rawValue: 1 << 8)
    /// The source has stayed away: each viewer is cut, end `source_lost`.
    package static let cutLost = BroadcastActions(rawValue: 1 << 9)
    /// Take the broadcast off the board unless somebody watches; then the event `watched` follows.
    package static let leaveIfUnwatched = BroadcastActions(rawValue: 1 << 10)
    /// Take the broadcast off the board: all who watched have been told.
    package static let leave = BroadcastActions(rawValue: 1 << 11)
}
