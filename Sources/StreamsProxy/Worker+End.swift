import HTTPCore

/// How a worker ends: see `Drain`.
extension Worker {
    /// Whether new clients had better go elsewhere.
    var isDraining: Bool { drain != nil }

    func beginDrain() {
        guard drain == nil else { return }
        let http = setting.configuration.http
        drain = Drain(self, delay: Interval(http.drainDelay), timeout: Interval(http.drainTimeout))
        for connection in clients.all { connection.announceEnd() }
    }

    /// Nobody is served any more.
    var isDeserted: Bool { connectionCount == 0 }

    /// No connection is begun any more; whether some may still be on their way.
    func turnAway() -> Bool {
        // Sockets that others have too go on to fill: whoever takes over serves who waits there.
        guard !areListenersShared else { return false }
        var waits = false
        for listener in listeners where listener.stopHandshakes() { waits = true }
        return waits
    }

    /// False where somebody waits who can't be taken yet.
    func closeListeners() -> Bool {
        if !areListenersShared {
            for listener in listeners where !listener.acceptAll() { return false }
        }
        for listener in listeners { listener.closeDescriptor() }
        listeners = []
        return true
    }

    /// Idle connections close, others after their answer.
    func connectionsEnd() {
        introductions.hurry(terms.server.settings.endingIdleTimeout)
        for connection in clients.all { connection.drain() }
    }

    func endPreviews() {
        visitExchanges { $0.endPreview() }
    }
}
