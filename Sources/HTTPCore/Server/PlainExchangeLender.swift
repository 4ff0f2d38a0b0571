/// Lends exchanges that know nothing of who lends them, and has no interest in how connections end.
package final class PlainExchangeLender: ExchangeLender {
    private let make: () -> ServerExchange

    /// `make`: a new exchange.
    package init(_ make: @escaping () -> ServerExchange) {
        self.make = make
        super.init()
    }

    override package func makeExchange() -> ServerExchange { make() }
}
