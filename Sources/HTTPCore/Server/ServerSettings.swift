/// The bounds of a server's connections.
package struct ServerSettings: Sendable {
    package var limits = MessageLimits()
    /// How long a new connection may say nothing.
    package var firstByteTimeout = Interval(.seconds(10))
    /// From a request's first byte to its head's last; trickling moves nothing.
    package var headTimeout = Interval(.seconds(10))
    /// The longest idle time between two requests.
    package var keepAliveTimeout = Interval(.seconds(15))
    /// The same once the server is about to end: whoever has a request on its way sends it within a round trip.
    package var endingIdleTimeout = Interval(.seconds(1))
    /// How content must keep coming.
    package var pace = ContentPace.Limits()
    /// The longest time in which a client takes nothing of what waits for it.
    package var sendTimeout = Interval(.seconds(60))
    /// How long a closing connection is still listened to, so that the client can read its answer (RFC 9112 §9.6).
    package var lingerTimeout = Interval(.seconds(2))
    /// How much is read ahead, in bytes, while an answer is under way; the rest waits with the client.
    package var readAheadMaximum = 16384
    /// The longest request content, in bytes.
    package var contentMaximum = 1 << 30
    /// Unread content up to this size is read and dropped to keep the connection; for more it is closed.
    package var drainMaximum = 65536

    package init() {}
}
