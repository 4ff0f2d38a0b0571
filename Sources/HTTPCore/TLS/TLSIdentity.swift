import COpenSSL

/// Who the server is to its clients, and how it speaks TLS with them: certificates, private key, protocol rules. It never
/// changes and all workers share it; to change a certificate is to make another.
package final class TLSIdentity: Sendable {
    // The rules are complete when `init` returns and nothing changes them after.
    // SAFETY: OpenSSL lets any number of threads make sessions by them, and counts the references atomically.
    nonisolated(unsafe) private let rules: OpaquePointer

    package let certificate: TLSCertificate

    /// `certificates` is a PEM: the server's certificate, then those that issued it. `key` is the PEM that has its private
    /// key. None of the three is kept as it is here.
    package init(
        certificates: [UInt8], key: [UInt8], passphrase: [UInt8]? = nil
    ) throws(TLSFault) {
        guard let rules = openssl_tls_rules(TLSTicketRing.period) else { throw .noRules }
        do throws(TLSFault) {
            _ = try Self.complete(rules, certificates, key, passphrase)
        } catch {
            SSL_CTX_free(rules)
            throw error
        }
        SSL_CTX_set_tlsext_ticket_key_evp_cb(rules, prepareTicket)
        self.rules = rules
        certificate = TLSCertificate(rules)
    }

    deinit {
        SSL_CTX_free(rules)
    }

    /// Gives the rules certificates and key, which must belong together. What comes back is the key.
    static func complete(
        _ rules: OpaquePointer, _ certificates: [UInt8], _ key: [UInt8], _ passphrase: [UInt8]?
    ) throws(TLSFault) -> TLSKey {
        try TLSAuthorities.check(certificates)
        switch openssl_tls_use_certificates(rules, certificates, certificates.count) {
        case 1: break
        case 0: throw .weakCertificate
        default: throw .damagedCertificate
        }
        let key = try TLSKey(key, passphrase: passphrase)
        guard key.belongs(to: rules) else { throw .foreignKey }
        return key
    }

    /// A session on an accepted socket, which stays the caller's to close.
    func session(descriptor: Int32) -> TLSSession {
        TLSSession(openssl_tls_session(rules, Self.socketMethod, descriptor))
    }

    // SAFETY: made once, before the first session, and never changed.
    nonisolated(unsafe) private static let socketMethod = openssl_tls_socket_method()
}
