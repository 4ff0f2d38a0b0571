package import HTTPCore

/// `TRUSTED_PROXIES` and `PROXY_PROTOCOL`: who may tell whose requests they pass on, and how.
package struct TrustedProxies: Sendable, Equatable {
    package let networks: NetworkList
    /// As the settings write them.
    package let names: [String]
    /// Whether they begin each connection with a PROXY header.
    package let introduceClients: Bool

    package static let none = TrustedProxies([], introduceClients: false)

    package init(_ networks: [IPNetwork], introduceClients: Bool) {
        self.networks = NetworkList(networks)
        names = networks.map(\.text)
        self.introduceClients = introduceClients
    }

    /// Whether that peer's word counts.
    package func contains(_ peer: SocketAddress) -> Bool {
        peer.ip.map(networks.contains) ?? false
    }

    /// Who has sent this request, that a trusted `peer` passes on. X-Forwarded-For is read from its end, for each proxy
    /// adds the address that it saw: the first that is none of ours is the client, and what stands before it is the client's
    /// own invention. Where an entry can't be read, nobody is known beyond the one behind it.
    package func client(
        of head: borrowing RequestHead, _ bytes: Span<UInt8>, from peer: SocketAddress, isSecure: Bool
    ) -> Client {
        var hops: [IPAddress] = []
        var isUnreadable = false
        var lines = head.fields.count
        search: while lines > 0 {
            lines -= 1
            let line = head.fields[lines]
            guard line.name == .xForwardedFor else { continue }
            var entries = ForwardedEntries(line.valueRange)
            while let entry = entries.next(bytes) {
                guard let address = ForwardedEntries.address(bytes, entry) else {
                    isUnreadable = true
                    break search
                }
                hops.append(address)
                if !networks.contains(address) { break search }
            }
        }
        guard let last = hops.last else {
            var client = Client(peer, isSecure: isSecure)
            client.isUnreadable = isUnreadable
            client.isSecure = Self.isSecure(head, bytes) ?? isSecure
            return client
        }
        let address = SocketAddress(last, port: 0)
        var chain = address.address
        for hop in hops.dropLast().reversed() { chain += Array(", ".utf8) + SocketAddress(hop, port: 0).address }
        chain += Array(", ".utf8) + peer.address
        return Client(
            address: address, chain: chain, isSecure: Self.isSecure(head, bytes) ?? isSecure, isUnreadable: isUnreadable
        )
    }

    /// What X-Forwarded-Proto says, where it says one of the two.
    private static func isSecure(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Bool? {
        guard let value = head.fields.value(.xForwardedProto), !head.fields.repeats(.xForwardedProto) else {
            return nil
        }
        if ASCII.isEqual(bytes, value, ignoringCaseOf: "https") { return true }
        return ASCII.isEqual(bytes, value, ignoringCaseOf: "http") ? false : nil
    }
}
