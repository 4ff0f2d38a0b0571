internal import COpenSSL

/// A public key of libcrypto's, freed with its owner.
struct PublicKey: ~Copyable {
    private let key: OpaquePointer

    private init?(adopting key: OpaquePointer?) {
        guard let key else { return nil }
        self.key = key
    }

    /// From a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) in DER.
    init?(der: [UInt8]) {
        self.init(adopting: openssl_public_key(der, der.count))
    }

    /// The one in an X.509 certificate in DER, whose dates and signature count for nothing here.
    init?(certificate der: [UInt8]) {
        self.init(adopting: openssl_certificate_key(der, der.count))
    }

    /// RSA, from the modulus and the exponent, big-endian.
    init?(modulus: [UInt8], exponent: [UInt8]) {
        self.init(adopting: openssl_rsa_key(modulus, modulus.count, exponent, exponent.count))
    }

    /// Length of a coordinate on P-256.
    static let coordinateLength = 32

    /// P-256, from the point's coordinates, `coordinateLength` bytes each.
    init?(x: [UInt8], y: [UInt8]) {
        guard x.count == Self.coordinateLength, y.count == Self.coordinateLength else { return nil }
        self.init(adopting: openssl_p256_key([0x04] + x + y))
    }

    deinit {
        EVP_PKEY_free(key)
    }

    var isRSA: Bool { openssl_key_is_rsa(key) == 1 }
    var isP256: Bool { openssl_key_is_p256(key) == 1 }
    var bits: Int { Int(EVP_PKEY_get_bits(key)) }
    /// Whether its numbers can be a key at all. An exponent of 1, say, would make every signature right.
    var isSound: Bool { openssl_key_is_sound(key) == 1 }

    /// Its SubjectPublicKeyInfo.
    var der: [UInt8]? {
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = openssl_key_der(key, &bytes)
        guard count > 0, let bytes else { return nil }
        // `OPENSSL_free` is a macro.
        defer { CRYPTO_free(bytes, #file, #line) }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }

    /// Whether `signature` is its own over `text`, by RSASSA-PKCS1-v1_5 with SHA-256. Meant for RSA keys.
    func verifyRS256(_ signature: [UInt8], of text: Span<UInt8>) -> Bool {
        text.withUnsafeBufferPointer {
            openssl_verify_sha256(key, signature, signature.count, $0.baseAddress, $0.count) == 1
        }
    }

    /// Whether `signature`, r and s as they are (RFC 7518 §3.4), is its own over `text`. Meant for P-256 keys.
    func verifyES256(_ signature: [UInt8], of text: Span<UInt8>) -> Bool {
        guard signature.count == 2 * Self.coordinateLength else { return false }
        return text.withUnsafeBufferPointer {
            openssl_verify_p256_sha256(key, signature, $0.baseAddress, $0.count) == 1
        }
    }
}
