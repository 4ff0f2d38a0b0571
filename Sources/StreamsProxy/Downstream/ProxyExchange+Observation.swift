import Auth
import HTTPCore

/// What happens to a request, noted for the access log and the counters.
extension ProxyExchange {
    /// A request has come, or bytes that were to be one.
    func beginRecord(_ requestID: RequestID, _ method: Method) {
        // The answer before this one may have waited for the client until now.
        endRecord(.completed)
        record = ExchangeRecord(requestID, method, at: loop.now)
        // Most exchanges serve the same client several times, and copying who that is would count references.
        if !client.isPeer || client.isUnreadable || !isFrom(client.address, isSecure: client.isSecure) {
            client = Client(peer, isSecure: isSecure)
        }
        isPassedOn = worker.terms.trustsProxies && worker.terms.proxies.contains(peer)
    }

    /// Which trace the request belongs to, or will.
    func noteTrace(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) {
        if let context = TraceContext(head, bytes) {
            record.traceID = context.traceID
        } else if terms.forwarding.makesTraceContext {
            record.traceID = TraceContext.traceID(madeFor: requestID)
        }
    }

    /// What is known of the caller.
    func note(_ decision: Decision?) {
        guard case .allowed(let principal) = decision else { return }
        record.accountID = principal.accountID
        record.tokenID = principal.tokenID
    }

    /// Why there is no answer of Luna-Streams, or not a whole one; returns what the client is told, or would be.
    @discardableResult
    func note(_ refusal: Refusal) -> ErrorAnswer {
        let answer = ErrorAnswer(refusal)
        record.errorCode = answer.code
        record.reason = RefusalReason(refusal)
        record.fault = refusal.fault
        return answer
    }

    /// The connection to Luna-Streams that was asked for stands.
    func noteConnected() {
        let before = record.connecting
        record.connected(at: loop.now)
        let took = record.connecting - before
        ledger.count { $0.countConnect(took) }
    }

    /// An answer that lasts has begun.
    func viewingBegan() {
        record.isViewing = true
        ledger.viewingBegan(line(.begin), logNames)
    }

    /// The exchange is over; doing it twice is as doing it once.
    func endRecord(_ end: ExchangeEnd) {
        guard record.isOpen else { return }
        record.isOpen = false
        record.end = end
        let line = line(record.isViewing ? .end : .request)
        ledger.close(line, logNames)
        guard points.isWanted, line.tally.status != 0 else { return }
        points.record(
            PointRecord(line.record, line.tally, at: line.now, unixMilliseconds: line.unixMilliseconds))
    }

    @inline(__always)
    private var logNames: LogNames {
        LogNames(
            mount: terms.mount, client: client.address.address,
            plugin: record.route == .plugin ? terms.plugins.name(record.plugin) : [])
    }

    /// A copy of what is known at this moment: nothing is lent out of this object while others run.
    @inline(__always)
    private func line(_ event: AccessEvent) -> AccessLine {
        AccessLine(event, record, tally, at: loop.now, unixMilliseconds: loop.unixMilliseconds)
    }

    /// Adds what this exchange holds at this moment.
    func add(to counters: inout Counters) {
        counters[.bufferedBytes] &+= bufferedBytes + requestBytes.capacity + gathered.capacity
        if record.isOpen, record.isViewing { counters[.liveViewers] &+= 1 }
        if upstream != nil { counters[.upstreamInUse] &+= 1 }
        if isHeld { counters[.decisionsInFlight] &+= 1 }
    }

    /// Why there was no whole answer, by how the connection ended.
    func endOfRecord(_ end: ClientEnd) -> ExchangeEnd {
        switch end {
        case .completed: .completed
        case .clientGone: .clientGone
        case .timedOut: .clientTimedOut
        case .aborted: worker.isDraining ? .drained : .cut
        }
    }
}
