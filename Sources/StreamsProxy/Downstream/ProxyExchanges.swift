import HTTPCore

/// A worker's exchanges, for its clients' requests.
final class ProxyExchanges: ExchangeLender {
    private unowned let worker: Worker

    init(_ worker: Worker) {
        self.worker = worker
        super.init()
    }

    override func makeExchange() -> ServerExchange { ProxyExchange(worker: worker) }

    override func closed(_ connection: ClientTransport, _ end: ClientEnd) {
        worker.closed(connection)
    }
}
