internal import COpenSSL

/// A key that checks signatures, with the one algorithm it is for: a token has no say in how its signature is checked.
package struct VerificationKey: Sendable, Equatable, Concealed {
    package let algorithm: TokenAlgorithm
    /// The SubjectPublicKeyInfo in DER; for HS256 the secret itself.
    let material: [UInt8]

    /// Bits of an RSA modulus: RFC 7518 §3.3 wants no fewer, and more make each check slow.
    static let rsaBits = 2048...8192
    /// Bytes of an HS256 secret: RFC 7518 §3.2 wants no fewer.
    static let secretLength = 32...1024

    /// The public key, as RSA or P-256 according to `algorithm`. A private key is none.
    init(publicKey key: borrowing PublicKey, _ algorithm: TokenAlgorithm) throws(KeyFault) {
        switch algorithm {
        case .rs256:
            guard key.isRSA else { throw KeyFault("must be an RSA key for RS256") }
            guard Self.rsaBits.contains(key.bits) else {
                throw KeyFault(
                    "is an RSA key of \(key.bits) bits; must have \(Self.rsaBits.lowerBound) to "
                        + "\(Self.rsaBits.upperBound)")
            }
        case .es256:
            guard key.isP256 else { throw KeyFault("must be an EC key on P-256 for ES256") }
        case .hs256:
            throw KeyFault("is a public key, which everybody may know; HS256 takes a JWK with kty \"oct\"")
        }
        guard key.isSound, let der = key.der else { throw KeyFault("is no sound key") }
        self.algorithm = algorithm
        material = der
    }

    /// The shared secret of HS256.
    init(secret: [UInt8]) throws(KeyFault) {
        guard Self.secretLength.contains(secret.count) else {
            throw KeyFault(
                "must be \(Self.secretLength.lowerBound) to \(Self.secretLength.upperBound) bytes for HS256")
        }
        // Somebody's public key taken for a secret would let everybody sign.
        guard !PEM.isOne(secret) else { throw KeyFault("is a PEM, not a secret") }
        algorithm = .hs256
        material = secret
    }
}
