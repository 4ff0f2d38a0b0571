/// `LIMITS`: how much of the proxy one client, one message or one upload may take, and for how long. What each gives the
/// client that passes it stands in the README's table.
package struct LimitSettings: Sendable, Equatable {
    /// `request_line`, in bytes, its line end not counted.
    package var requestLine = 8 << 10
    /// `request_head`, in bytes, the empty line included.
    package var requestHead = 32 << 10
    /// `request_fields`: field lines.
    package var requestFields = 100
    /// `request_head_timeout`: from a request's first byte to its head's last.
    package var requestHeadTimeout: Duration = .seconds(10)
    /// `first_byte_timeout`: how long a new connection may say nothing.
    package var firstByteTimeout: Duration = .seconds(10)
    /// `content_rate`: bytes a second that content must bring at least; 0 asks for none.
    package var contentRate = 500
    /// `content_rate_window`: over which time that is the average.
    package var contentRateWindow: Duration = .seconds(10)
    /// `content_rate_grace`: how long before the first window.
    package var contentRateGrace: Duration = .seconds(20)
    /// `read_ahead`: of requests sent ahead while an answer is under way, in bytes.
    package var readAhead = 16 << 10
    /// `connections`: clients that one worker serves at once; as it comes, as many as there are descriptors for.
    package var connections = Self.unboundedConnections
    package static let unboundedConnections = 1 << 20
    /// `connections_per_address`: those of one client address, on all workers; 0 sets no limit.
    package var connectionsPerAddress = 16384
    /// `buffered_bytes`: what one worker keeps for slow peers; above it whoever keeps most lets go.
    package var bufferedBytes = 256 << 20
    /// `answer_head`: the head of an answer of Luna-Streams, in bytes, the empty line included.
    package var answerHead = 32 << 10
    /// `answer_fields`: its field lines.
    package var answerFields = 100

    package init() {}
}
