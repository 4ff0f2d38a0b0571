import COpenSSL

/// A private key as libcrypto has it, freed with its owner.
struct TLSKey: ~Copyable {
    private let key: OpaquePointer

    /// The first private key in the PEM.
    init(_ text: [UInt8], passphrase: [UInt8]?) throws(TLSFault) {
        var told = openssl_passphrase()
        let found: OpaquePointer?
        if let passphrase {
            found = passphrase.withUnsafeBufferPointer { bytes in
                told.bytes = bytes.baseAddress
                told.length = bytes.count
                return openssl_private_key(text, text.count, &told)
            }
        } else {
            found = openssl_private_key(text, text.count, &told)
        }
        guard let found else {
            if !Self.isThere(in: text) { throw .noKey }
            if told.is_wanted == 0 { throw .damagedKey }
            throw passphrase == nil ? .encryptedKey : .wrongPassphrase
        }
        key = found
    }

    /// Whether a line begins one, readable or not.
    private static func isThere(in text: [UInt8]) -> Bool {
        text.split { $0 == 0x0A || $0 == 0x0D }.contains { line in
            line.starts(with: "-----BEGIN ".utf8) && line.suffix(16).elementsEqual("PRIVATE KEY-----".utf8)
        }
    }

    deinit {
        EVP_PKEY_free(key)
    }

    /// Gives the rules this key, if it is that of their certificate.
    func belongs(to rules: OpaquePointer) -> Bool { openssl_tls_use_key(rules, key) == 1 }

    /// It as PEM without a passphrase; empty where there is no memory for it.
    var opened: [UInt8] {
        var text: UnsafePointer<CChar>?
        var length = 0
        let memory = openssl_private_key_text(key, &text, &length)
        defer { BIO_free(memory) }
        guard let text else { return [] }
        return UnsafeBufferPointer(start: text, count: length).map { UInt8(bitPattern: $0) }
    }
}
