/// Why a client is no more.
public enum ClientEnd: Sendable {
    /// Both sides were done.
    case completed
    /// The client closed or reset it while something was still to be said.
    case clientGone
    /// A deadline of the connection's own passed.
    case timedOut
    /// We cut it.
    case aborted
}
