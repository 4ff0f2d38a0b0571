import CLinux
import HTTPCore

/// `/healthcheck`.
extension ProxyExchange {
    /// 503 from the first moment of draining on; else 200, or what came of asking the services behind us.
    func answerHealth(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) {
        healthAskedAt = loop.now
        if worker.isDraining {
            respond(json: HealthContent.draining().span, status: 503)
            return
        }
        guard Self.includesServices(head, bytes) else {
            answerHealth([])
            return
        }
        if let troubles = terms.health.ask(for: self) { answerHealth(troubles) }
    }

    /// The services have been asked.
    func healthKnown(_ troubles: [ServiceHealth.Trouble]) {
        guard !isClosed else { return }
        answerHealth(troubles)
        update()
    }

    private func answerHealth(_ troubles: [ServiceHealth.Trouble]) {
        if troubles.isEmpty {
            let elapsed = linux_monotonic() - healthAskedAt.nanoseconds
            respond(json: HealthContent.well(elapsed: elapsed).span)
        } else {
            respond(json: HealthContent.troubles(troubles).span, status: 503)
        }
    }

    /// `include_luna_services=1`; LUNA leaves it off by default, so that services don't ask each other in circles.
    private static func includesServices(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Bool {
        guard let query = head.query else { return false }
        var start = query.lowerBound
        for end in query.lowerBound...query.upperBound
        where end == query.upperBound || bytes[end] == UInt8(ascii: "&") {
            if bytes.isEqual(start..<end, "include_luna_services=1") { return true }
            if bytes.isEqual(start..<end, "include_luna_services=true") { return true }
            start = end + 1
        }
        return false
    }
}
