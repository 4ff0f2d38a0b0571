import StreamsProxy

/// The whole state machine of an exchange: two bytes an event, and what an exchange promises after each.
enum ExchangeTarget {
    static func run(_ bytes: [UInt8]) throws(Finding) {
        var exchange = Exchange()
        var witness = ExchangeWitness()
        var trace: [ExchangeEvent] = []
        for start in stride(from: 0, to: min(bytes.count, 128) - 1, by: 2) {
            let bits = UInt64(bytes[start]) | UInt64(bytes[start + 1]) << 8
            let event = ExchangeEvent(bits, isBegun: witness.isBegun)
            trace.append(event)
            witness.note(event)
            guard let action = exchange.apply(event) else { continue }
            if let fault = witness.judge(action, to: event) { throw Finding("\(fault): \(trace) → \(action)") }
            try require(witness.isDone == exchange.isDone, "the end is not where it seems: \(trace) → \(action)")
        }
    }
}
