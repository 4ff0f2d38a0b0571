import COpenSSL
import Glibc
import Synchronization

/// The keys that seal session tickets. A client may come back to any worker, so there is one set for the process, which
/// also outlives every reload of the certificate.
final class TLSTicketKeys: Sendable {
    static let shared = TLSTicketKeys()

    private let ring = Mutex<TLSTicketRing?>(nil)

    /// OpenSSL's question about a ticket that it wants to seal or open; one per handshake, so the lock does no harm. 0: no
    /// ticket of ours, a whole handshake then; 2: opened, but to be replaced; below 0: the handshake fails.
    fileprivate func prepare(
        name: UnsafeMutablePointer<UInt8>, vector: UnsafeMutablePointer<UInt8>, cipher: OpaquePointer,
        mac: OpaquePointer, seals: Bool
    ) -> Int32 {
        ring.withLock { ring in
            let now = Self.now
            ring = ring?.turned(now: now) ?? TLSTicketRing(now: now)
            guard var keys = ring else { return -1 }
            if seals {
                return openssl_ticket_prepare(&keys.current, name, vector, cipher, mac, 1) == 1 ? 1 : -1
            }
            switch keys.age(of: UnsafeBufferPointer(start: name, count: 16)) {
            case .current:
                return openssl_ticket_prepare(&keys.current, name, vector, cipher, mac, 0) == 1 ? 1 : -1
            case .former:
                guard var former = keys.former else { return 0 }
                return openssl_ticket_prepare(&former, name, vector, cipher, mac, 0) == 1 ? 2 : -1
            case .none:
                return 0
            }
        }
    }

    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec
    }
}

/// For `SSL_CTX_set_tlsext_ticket_key_evp_cb`.
let prepareTicket:
    @convention(c) (
        OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, OpaquePointer?, OpaquePointer?,
        Int32
    ) -> Int32 = { _, name, vector, cipher, mac, seals in
        guard let name, let vector, let cipher, let mac else { return -1 }
        return TLSTicketKeys.shared.prepare(name: name, vector: vector, cipher: cipher, mac: mac, seals: seals == 1)
    }
