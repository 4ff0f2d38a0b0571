package import HTTPCore

/// How many clients each worker may serve at once, and each address on all of them; and how the descriptors of a worker are
/// shared out.
///
/// Of eight parts that a worker has, clients take at most six, and whoever watches counts twice there, having a connection to
/// Luna-Streams for as long. Two parts are left for the connections of short calls. Viewers take at most five parts with both
/// of their connections, so that there is always room for other clients as well.
package struct ConnectionAllowance: Sendable {
    /// Of one worker.
    package let connections: Int
    /// Of one address; 0 sets no limit.
    let perAddress: Int
    /// Those there are.
    let addresses: AddressCensus
    /// Of one worker: what it may have open.
    package let descriptors: Int
    /// Of these for clients, those who watch counted twice.
    package let forClients: Int
    /// How many may watch.
    package let viewers: Int

    /// Descriptors of the process itself: standard streams, files, Dispatch's own.
    private static let reserve = 64
    /// Of each worker: listener, epoll, mailboxes, libcurl's.
    private static let workerReserve = 8

    /// What `limits` allow and the process's descriptors bear.
    package init(_ limits: LimitSettings, workers: Int, descriptors: Int, addresses: AddressCensus) {
        let all = descriptors - Self.reserve - Self.workerReserve * workers
        self.descriptors = max(4, all / workers)
        forClients = max(1, all * 3 / (4 * workers))
        viewers = max(1, all * 5 / (16 * workers))
        connections = min(limits.connections, forClients)
        perAddress = limits.connectionsPerAddress
        self.addresses = addresses
    }

    /// Whether another viewer would take what is left for short calls. `open`: descriptors of the worker.
    func isFull(viewers count: Int, open: Int) -> Bool {
        count >= viewers || open + 1 > descriptors - descriptors / 8
    }
}
