import HTTPCore

/// Requests without credentials, on routes that are open to everybody. Nothing connects for them before their content is
/// whole, and then they have a share of their own of what connects.
extension ProxyExchange: OpenCaller {
    enum OpenCall {
        /// The request at hand is not one of them.
        case none
        /// Its content comes, or it is done.
        case outside
        /// For a place.
        case waiting
        case placed
    }

    var network: UInt64 { client.address.network.home }

    /// Whether the exchange may begin now; else `takeTurn` begins it.
    func enterOpenCall() -> Bool {
        if worker.openCalls.enter(self) {
            openCall = .placed
            return true
        }
        openCall = .waiting
        deadlines.begin(at: loop.now, timeouts)
        exchangeDeadline = deadlines.next
        return false
    }

    /// Somebody else has left their place to this one.
    func takeTurn() {
        openCall = .placed
        beginExchange(isComplete: true)
        update()
    }

    /// The request needs no place any more, whatever became of it.
    func endOpenCall() {
        switch openCall {
        case .none, .outside: break
        case .waiting:
            openCall = .outside
            worker.openCalls.giveUp(self)
        case .placed:
            openCall = .outside
            worker.openCalls.leave(self)
        }
    }

    /// Ends `requestBytes` with the content, all of which has come.
    func appendGathered(to request: ForwardedRequest) {
        var content = Swift.exchange(&gathered, with: ByteBuffer())
        var bytes = Swift.exchange(&requestBytes, with: ByteBuffer())
        // Where there is none after all, nothing is said of it.
        terms.forwarding.endRequest(request, method, content.isEmpty ? .none : .length(content.count), to: &bytes)
        content.withSpan { bytes.append($0) }
        swap(&requestBytes, &bytes)
        swap(&gathered, &content)
    }
}
