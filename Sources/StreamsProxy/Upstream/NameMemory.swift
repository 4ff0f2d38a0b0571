package import HTTPCore

/// What names came to when the system was last asked, and when it has to be asked again.
package struct NameMemory {
    /// A service that moves is found this soon, and a busy one asks no more often.
    package static let lifetime = Interval(.seconds(3))
    /// Where nobody can connect the system is asked anew, but no more often than this.
    package static let leastAge = Interval(.milliseconds(100))

    package struct Addresses: Equatable, Sendable {
        package let texts: [String]
        /// When the system was asked.
        package let since: Instant

        package init(_ texts: [String], since: Instant) {
            self.texts = texts
            self.since = since
        }

        /// Whether a connection that was tried with these has to be tried again: their order says nothing.
        package func differ(from other: Addresses) -> Bool { texts.sorted() != other.texts.sorted() }
    }

    private var known: [NamedHost: Addresses] = [:]
    private var doubted: Set<NamedHost> = []

    package init() {}

    /// Nil where the system has to be asked.
    package func addresses(of host: NamedHost, at now: Instant) -> Addresses? {
        guard let addresses = known[host] else { return nil }
        let end = addresses.since.advanced(by: doubted.contains(host) ? Self.leastAge : Self.lifetime)
        return now < end ? addresses : nil
    }

    /// The system has answered; no addresses is an answer that is not remembered.
    package mutating func remember(_ addresses: Addresses, of host: NamedHost) {
        known[host] = addresses.texts.isEmpty ? nil : addresses
        doubted.remove(host)
    }

    /// With these nobody could connect.
    package mutating func doubt(_ host: NamedHost, _ addresses: Addresses) {
        if known[host] == addresses { doubted.insert(host) }
    }

    package mutating func forgetAll() {
        known = [:]
        doubted = []
    }
}
