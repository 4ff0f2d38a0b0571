/// The end of a loan.
extension ServerExchange {
    /// The answer has been taken, and the connection goes on without the exchange.
    func giveBack(to lender: ExchangeLender) {
        returned()
        link = .none
        letGo()
        lender.giveBack(self)
    }

    /// The client is gone.
    func end(_ end: ClientEnd, of lender: ExchangeLender) {
        link = .none
        exchangeTally.answerBytes = max(0, exchangeTally.answerBytes - output.count)
        letGo()
        closed(end)
        letGo()
        returned()
        lender.giveBack(self)
    }

    /// Nothing is kept any more.
    private func letGo() {
        if !output.isEmpty || output.capacity > 0 { output.removeAll(memory) }
        heldBytes = 0
        if counted != nil { countBytes() }
        answer = .finished
        exchangeEnd = .never
    }
}
