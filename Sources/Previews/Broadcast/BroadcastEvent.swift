package import HTTPCore

/// What happens to a broadcast.
package enum BroadcastEvent: Equatable, Sendable {
    /// Somebody watches, on any worker. It may come when somebody did already.
    case watched
    /// Nobody does.
    case unwatched
    /// Luna-Streams answers with a preview that can be shared.
    case accepted
    /// A whole picture has come.
    case picture
    /// Another answer has come whole. `isFinal`: the stream is gone or forbidden, asking again is of no use.
    case answered(isFinal: Bool)
    /// An answer that is no preview to be shared, or none that can be read.
    case unreadable
    /// No connection, no answer in time, or the connection has ended.
    case lost
    /// The stream was replaced or deleted through us, or settings name another address.
    case changed
    /// This process is to end.
    case drained
    /// The deadline has passed.
    case deadline
}

/// How long a broadcast waits for what.
package struct BroadcastTimes: Sendable {
    /// `live-linger`: how long the source is kept after the last viewer.
    package let linger: Interval
    /// `live-reconnect`: how long a lost source is asked for.
    package let reconnect: Interval

    package init(linger: Interval, reconnect: Interval) {
        self.linger = linger
        self.reconnect = reconnect
    }

    /// How long an answer or a failure is kept for those who come just behind it: a wall of viewers that all ask again asks once.
    static let keep = Interval(nanoseconds: 500_000_000)
    /// How long viewers of what can't be shared ask for themselves at once.
    static let bar = Interval(nanoseconds: 30_000_000_000)
    /// How long the end waits for a next picture to end behind.
    static let lastPicture = Interval(nanoseconds: 1_000_000_000)
}

/// What a viewer gets who comes now.
package enum BroadcastWelcome: Equatable, Sendable {
    /// Nothing yet: an answer is awaited.
    case wait
    /// Our head, and the newest picture if it is fresh.
    case head
    /// What was answered just now.
    case answer
    /// Nothing: it asks for itself.
    case unshared
}
