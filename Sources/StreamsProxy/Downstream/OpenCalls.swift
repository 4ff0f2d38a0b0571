/// A worker's shares for callers without credentials: of the connections to Luna-Streams, and of those to the plugin host.
final class OpenCalls {
    /// So many exchanges at once to each: what these callers ask for is answered at once, or is of no great use.
    static let places = 32

    private var streams = OpenCallerShare<ProxyExchange>(places: places)
    private var plugins = OpenCallerShare<ProxyExchange>(places: places)
    private var isGivingTurns = false

    /// True where the exchange may begin; else `takeTurn` is called when it may.
    func enter(_ caller: ProxyExchange) -> Bool {
        caller.isForPlugin ? plugins.enter(caller) : streams.enter(caller)
    }

    func giveUp(_ caller: ProxyExchange) {
        if caller.isForPlugin { plugins.giveUp(caller) } else { streams.giveUp(caller) }
    }

    func leave(_ caller: ProxyExchange) {
        if caller.isForPlugin { plugins.leave(caller.network) } else { streams.leave(caller.network) }
        // Whoever has a turn may fail at once, and leave from within it: one by one, not one inside the other.
        guard !isGivingTurns else { return }
        isGivingTurns = true
        while let next = streams.next() ?? plugins.next() { next.takeTurn() }
        isGivingTurns = false
    }
}
