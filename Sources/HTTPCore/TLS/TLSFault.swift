/// Why a certificate and its key can't be used.
package enum TLSFault: Error, Sendable, Equatable, CaseIterable {
    case noCertificate
    case damagedCertificate
    case weakCertificate
    case noKey
    case encryptedKey
    case damagedKey
    /// The passphrase is wrong, or the key is damaged where only the right one would show it.
    case wrongPassphrase
    case foreignKey
    /// libssl has no memory, or the system's own rules for it allow nothing that is spoken here.
    case noRules

    /// What of the two it is found in.
    package enum Part: Sendable {
        case certificate, key
    }

    package var part: Part {
        switch self {
        case .noCertificate, .damagedCertificate, .weakCertificate, .noRules: .certificate
        case .noKey, .encryptedKey, .damagedKey, .wrongPassphrase, .foreignKey: .key
        }
    }

    /// For the operator, after the file's name.
    package var sentence: String {
        switch self {
        case .noCertificate: "holds no certificate; must be a PEM of the certificate, then those that issued it"
        case .damagedCertificate: "holds a certificate that can't be read"
        case .weakCertificate:
            "holds a certificate that clients would refuse: RSA keys have at least 2048 bits, EC keys 224, and no "
                + "certificate is signed with SHA-1 or MD5"
        case .noKey: "holds no private key in PEM"
        case .encryptedKey: "is encrypted; its passphrase is missing"
        case .damagedKey: "holds a private key that can't be read"
        case .wrongPassphrase: "is not opened by the passphrase that was given"
        case .foreignKey: "is not the key of the certificate"
        case .noRules: "can't be used: libssl allows nothing that is spoken here; see the system's openssl.cnf"
        }
    }
}
