/// How a connection lets go of what is kept.
extension HTTP1Connection {
    /// `exchange` is the one that others would have to pay for. Whoever can still be told why is told.
    func giveUpBuffers(of exchange: ServerExchange) {
        switch phase {
        case .closed: return
        case .head where exchange.output.isEmpty: answerOverload(exchange)
        case .content where exchange.answer == .awaited: answerOverload(exchange)
        case .held: answerOverload(exchange)
        // What has gone out of an answer can only be cut, and of what waits for Luna-Streams nobody knows what came of it.
        case .head, .content, .answering, .tunnel: exchange.overloaded(canAnswer: false)
        // It has had its answer, and does not take it.
        case .lingering: break
        }
        // Whoever still holds something did not take what it was told.
        if phase != .lingering || exchange.bufferedBytes + exchange.heldBytes > 0 { abort() }
        update()
    }

    /// There is no room for what this request keeps: one answer, then the end.
    private func answerOverload(_ exchange: ServerExchange) {
        isPersistent = false
        exchange.owesContinue = false
        patience = .never
        if phase == .head {
            exchange.requestMethod = .other
            exchange.requestVersion = .http11
            exchange.answer = .awaited
            exchange.exchangeTally = ExchangeTally()
            exchange.exchangeTally.requestBytes = input.count
        } else if phase == .held {
            phase = .head
        }
        exchange.overloaded(canAnswer: true)
    }
}
