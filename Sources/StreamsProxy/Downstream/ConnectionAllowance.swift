package import HTTPCore

/// How many clients each worker may serve at once, and each address on all of them.
package struct ConnectionAllowance: Sendable {
    /// Of one worker.
    package let connections: Int
    /// Of one address; 0 sets no limit.
    let perAddress: Int
    /// Those there are.
    let addresses: AddressCensus

    /// Descriptors of the process itself: standard streams, files, Dispatch's own.
    private static let reserve = 64
    /// Of each worker: listener, epoll, mailbox, libcurl's.
    private static let workerReserve = 8

    /// What `limits` allow and the process's descriptors bear. A client in an exchange takes two, an idle one takes one,
    /// and few are in an exchange at once where there are many: a quarter is kept for connections to Luna-Streams.
    package init(_ limits: LimitSettings, workers: Int, descriptors: Int, addresses: AddressCensus) {
        let bearable = (descriptors - Self.reserve - Self.workerReserve * workers) * 3 / (4 * workers)
        connections = min(limits.connections, max(1, bearable))
        perAddress = limits.connectionsPerAddress
        self.addresses = addresses
    }
}
