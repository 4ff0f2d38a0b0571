import HTTPCore

/// A worker's idle connections to Luna-Streams, the last used on top: it is the likeliest to be still open.
final class UpstreamPool {
    private var idle: [UpstreamConnection] = []
    private let maximum: Int
    private let idleTimeout: Interval
    private var isRetired = false

    /// `maximum` connections are kept, each for `idleTimeout`: shorter than any keep-alive we have met in LUNA services
    /// (15 s), so that they seldom close first.
    init(maximum: Int = 512, idleTimeout: Interval = Interval(.seconds(10))) {
        self.maximum = maximum
        self.idleTimeout = idleTimeout
    }

    var count: Int { idle.count }

    func take() -> UpstreamConnection? {
        var connections = exchange(&idle, with: [])
        let last = connections.popLast()
        idle = connections
        return last
    }

    /// Keeps a connection that has nothing left to say.
    func put(_ connection: UpstreamConnection) {
        guard idle.count < maximum, !isRetired else {
            connection.close()
            return
        }
        connection.becomeIdle(in: self, timeout: idleTimeout)
        var connections = exchange(&idle, with: [])
        connections.append(connection)
        idle = connections
    }

    /// An idle connection was closed by its peer, said something unasked, or has been idle too long.
    func discard(_ connection: UpstreamConnection) {
        var connections = exchange(&idle, with: [])
        connections.removeAll { $0 === connection }
        idle = connections
        connection.close()
    }

    /// No request will ask for a connection any more: none is kept.
    func retire() {
        isRetired = true
        closeAll()
    }

    func closeAll() {
        for connection in idle { connection.close() }
        idle = []
    }
}
