import COpenSSL

/// The keys that open session tickets now, the newest of which seals them. Times are in seconds of a clock that never
/// goes back.
package struct TLSTicketRing {
    /// A ticket is good for at least as long; its key is forgotten after twice that, and with it all that a recorded
    /// resumption could be opened by.
    package static let period = 3600

    var current: openssl_ticket_key
    /// Of the period before: opens tickets, seals none.
    private(set) var former: openssl_ticket_key?
    private let made: Int

    /// A ring with one new key; nil where the random generator has failed.
    package init?(now: Int) {
        self.init(former: nil, now: now)
    }

    private init?(former: openssl_ticket_key?, now: Int) {
        current = openssl_ticket_key()
        self.former = former
        made = now
        guard openssl_ticket_key_init(&current) == 1 else { return nil }
    }

    /// The ring as it is to be used at `now`: with a new key, where the newest has served its period.
    package func turned(now: Int) -> TLSTicketRing? {
        if now - made < Self.period { return self }
        // After a longer rest the newest key is too old to open anything.
        return TLSTicketRing(former: now - made < 2 * Self.period ? current : nil, now: now)
    }

    /// What the tickets that are sealed now begin with.
    package var name: [UInt8] { Self.name(current) }

    package enum Age: Sendable {
        case current, former
    }

    /// Which key has sealed a ticket that begins so; nil where it is forgotten or was never one of ours.
    package func age(of name: UnsafeBufferPointer<UInt8>) -> Age? {
        if Self.name(current).elementsEqual(name) { return .current }
        return former.map(Self.name)?.elementsEqual(name) == true ? .former : nil
    }

    private static func name(_ key: openssl_ticket_key) -> [UInt8] { withUnsafeBytes(of: key.name) { Array($0) } }
}
