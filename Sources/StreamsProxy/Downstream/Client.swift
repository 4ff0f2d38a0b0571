package import HTTPCore

/// Who sends a request, by the connection or by the word of a trusted proxy.
package struct Client: Sendable {
    /// The port is 0 where nobody told it.
    package let address: SocketAddress
    /// What goes to Luna-Streams as X-Forwarded-For: the client, then the proxies up to the one that we see.
    package let chain: [UInt8]
    /// Whether it speaks TLS, to us or to the first proxy.
    package var isSecure: Bool
    /// Whether it is the other end of the connection, and nobody has said otherwise.
    package let isPeer: Bool
    /// A proxy's X-Forwarded-For could not be read.
    package var isUnreadable = false

    /// As long as no request has come.
    static let nobody = Client(.none, isSecure: false)

    /// Whoever is at the other end.
    init(_ peer: SocketAddress, isSecure: Bool) {
        address = peer
        chain = peer.address
        self.isSecure = isSecure
        isPeer = true
    }

    init(address: SocketAddress, chain: [UInt8], isSecure: Bool, isUnreadable: Bool) {
        self.address = address
        self.chain = chain
        self.isSecure = isSecure
        self.isUnreadable = isUnreadable
        isPeer = false
    }
}
