import HTTPCore

/// A worker's idle connections to Luna-Streams, the last used on top: it is the likeliest to be still open.
///
/// There are as many as were in use at once within the last `idleTimeout`, and no more: what is not needed again goes
/// by itself, the oldest first. A maximum would be the point from which each request makes a connection of its own.
final class UpstreamPool {
    private var idle: [UpstreamConnection] = []
    private let idleTimeout: Interval
    private var isRetired = false

    /// A connection is kept for `idleTimeout`: shorter than any keep-alive we have met in LUNA services (15 s), so that
    /// they seldom close first.
    init(idleTimeout: Interval = Interval(.seconds(10))) {
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
    func put(_ connection: consuming UpstreamConnection) {
        guard !isRetired else {
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
        // Those whose time has come are the oldest, and stand first.
        if let index = connections.firstIndex(where: { $0 === connection }) { connections.remove(at: index) }
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
