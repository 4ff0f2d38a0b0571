/// What a worker does because of what has happened to broadcasts.
package enum BroadcastEffect: Equatable, Sendable {
    /// Get a connection to Luna-Streams and ask for the preview.
    case connect(BroadcastID, BroadcastKey)
    /// Close that broadcast's connection, or give up getting one.
    case close(BroadcastID)
    /// The connection goes to that viewer, with the bytes so far; what else comes on it is not the broadcast's.
    case giveConnection(BroadcastID, viewer: Int)
    /// Everybody here hears of it: see `BroadcastDesk.next`.
    case tell(BroadcastID, AudienceNews)
    /// The newest picture goes into the trays of those workers.
    case publish(BroadcastID, workers: Set<Int>)
    /// Into the mailbox of that worker. With `accepted` goes the newest picture, if it is fresh, into its tray; with `answer`
    /// what was answered.
    case post(BroadcastMessage, worker: Int)
    /// The home of that broadcast is here no more: what was kept for it is dropped.
    case forget(BroadcastID)
}

/// What workers say to one another.
package enum BroadcastMessage: Equatable, Sendable {
    /// Look at the board: somebody may have come or gone.
    case look(BroadcastKey, BroadcastID)
    /// That worker listens now, and wants to know what there is.
    case listening(BroadcastKey, BroadcastID, worker: Int)
    /// What all who watch are to hear.
    case news(BroadcastKey, BroadcastID, AudienceNews)
    /// Be home from now on. `isKnown`: the source has answered with a preview before.
    case beHome(BroadcastKey, BroadcastID, isKnown: Bool)
}

/// What becomes of a viewer who comes.
package enum BroadcastEntrance: Equatable, Sendable {
    /// It watches: told to `leave` are the broadcast and the place. Welcome is `wait` or `head`.
    case seated(BroadcastID, place: Int, BroadcastWelcome)
    /// What was answered just now, at this worker, is its answer too.
    case answered(BroadcastID)
    /// It asks Luna-Streams for itself.
    case alone
}
