/// What waits for the client.
extension HTTP1Connection {
    var hasOutput: Bool {
        guard let exchange else { return false }
        return !exchange.output.isEmpty
    }

    /// Sends what waits. What the socket does not take stays, and `isOutputPending` says so.
    func flush() {
        if let exchange { flush(exchange) }
    }

    func flush(_ exchange: ServerExchange) {
        guard phase != .closed, !exchange.output.isEmpty else { return }
        let hadOutput = isOutputPending
        let none: [UInt8] = []
        sent(transmit(none.span, closing: none.span, of: exchange), hadOutput: hadOutput, of: exchange)
    }

    func sent(_ result: IOResult, hadOutput: Bool, of exchange: ServerExchange) {
        switch result {
        case .bytes(let count):
            if count > 0 { exchange.unsentFrom = nil }
            if exchange.output.isEmpty {
                sendPatience = .never
                if hadOutput { drainedOutput(of: exchange) }
            } else if count > 0 || !hadOutput {
                sendPatience = loop.now.advanced(by: settings.sendTimeout)
            }
        case .wouldBlock:
            break
        case .end, .failed:
            close(.clientGone)
        }
    }

    private func drainedOutput(of exchange: ServerExchange) {
        if phase == .lingering {
            lingerOn()
        } else {
            exchange.outputDrained()
            if phase == .head { processInput() }
            if phase == .head, hasPeerFinished, !isUnfinished { linger() }
        }
    }
}
