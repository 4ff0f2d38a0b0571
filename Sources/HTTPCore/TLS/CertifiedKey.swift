import COpenSSL

/// A certificate with those that issued it and its private key, as they are given to a library that speaks TLS for us:
/// checked, and the key opened.
package struct CertifiedKey: Sendable, Equatable {
    /// PEM.
    package let certificates: [UInt8]
    /// PEM, without a passphrase: a secret.
    package let key: [UInt8]

    package init(certificates: [UInt8], key: [UInt8], passphrase: [UInt8]? = nil) throws(TLSFault) {
        guard let rules = openssl_tls_rules(TLSTicketRing.period) else { throw .noRules }
        defer { SSL_CTX_free(rules) }
        self.certificates = certificates
        self.key = try TLSIdentity.complete(rules, certificates, key, passphrase).opened
    }
}

/// The certificates of those who vouch for a service.
package enum TLSAuthorities {
    /// Sees that the PEM holds some, and that all can be read.
    package static func check(_ text: [UInt8]) throws(TLSFault) {
        switch openssl_certificate_count(text, text.count) {
        case 0: throw .noCertificate
        case ..<0: throw .damagedCertificate
        default: break
        }
    }
}
