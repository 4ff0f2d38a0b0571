import Auth
import COpenSSL

/// A key pair of somebody who issues tokens: what the product never has.
struct IssuingKey: Sendable {
    private let privateDER: [UInt8]

    static let rsa = IssuingKey(rsaBits: 2048)
    static let otherRSA = IssuingKey(rsaBits: 2048)
    static let weakRSA = IssuingKey(rsaBits: 1024)
    static let pss = IssuingKey(rsaBits: 2048, type: "RSA-PSS")
    static let p256 = IssuingKey(curve: "P-256")
    static let otherP256 = IssuingKey(curve: "P-256")
    static let p384 = IssuingKey(curve: "P-384")

    private init(rsaBits: Int32, type: String = "RSA") {
        self.init(type) { precondition(EVP_PKEY_CTX_set_rsa_keygen_bits($0, rsaBits) == 1) }
    }

    private init(curve: String) {
        self.init("EC") { precondition(EVP_PKEY_CTX_set_group_name($0, curve) == 1) }
    }

    private init(_ type: String, _ prepare: (OpaquePointer) -> Void) {
        let generation = EVP_PKEY_CTX_new_from_name(nil, type, nil)!
        defer { EVP_PKEY_CTX_free(generation) }
        precondition(EVP_PKEY_keygen_init(generation) == 1)
        prepare(generation)
        var key: OpaquePointer?
        precondition(EVP_PKEY_generate(generation, &key) == 1)
        defer { EVP_PKEY_free(key) }
        privateDER = Self.der { i2d_PrivateKey(key, $0) }
    }

    private static func der(_ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) -> [UInt8] {
        let count = Int(encode(nil))
        precondition(count > 0)
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
            var position = buffer.baseAddress
            written = Int(encode(&position))
        }
    }

    private func withKey<Result>(_ body: (OpaquePointer) -> Result) -> Result {
        privateDER.withUnsafeBufferPointer {
            var position = $0.baseAddress
            let key = d2i_AutoPrivateKey(nil, &position, $0.count)!
            defer { EVP_PKEY_free(key) }
            return body(key)
        }
    }

    // MARK: - Forms

    var spki: [UInt8] { withKey { key in Self.der { i2d_PUBKEY(key, $0) } } }
    var pem: String { Self.pem("PUBLIC KEY", spki) }
    var privatePEM: String { Self.pem("PRIVATE KEY", privateDER) }

    /// Signed by itself, and long expired.
    var certificate: [UInt8] {
        withKey { key in
            let certificate = X509_new()!
            defer { X509_free(certificate) }
            X509_gmtime_adj(X509_getm_notBefore(certificate), -200_000)
            X509_gmtime_adj(X509_getm_notAfter(certificate), -100_000)
            precondition(X509_set_pubkey(certificate, key) == 1)
            precondition(X509_sign(certificate, key, EVP_sha256()) > 0)
            return Self.der { i2d_X509(certificate, $0) }
        }
    }

    static func pem(_ label: String, _ der: [UInt8]) -> String {
        var lines = ["-----BEGIN \(label)-----"]
        var rest = Base64.encode(der, .standard)[...]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(64)))
            rest = rest.dropFirst(64)
        }
        return (lines + ["-----END \(label)-----", ""]).joined(separator: "\n")
    }

    /// The modulus, or another number of the key by its name in libcrypto.
    func number(_ name: String) -> [UInt8] {
        withKey { key in
            var number: OpaquePointer?
            precondition(EVP_PKEY_get_bn_param(key, name, &number) == 1)
            defer { BN_free(number) }
            return [UInt8](unsafeUninitializedCapacity: Int(BN_num_bits(number) + 7) / 8) { buffer, count in
                count = Int(BN_bn2bin(number, buffer.baseAddress))
            }
        }
    }

    /// The members of an RSA JWK.
    var rsaMembers: String {
        #""kty":"RSA","n":"\#(Base64.encode(number("n"), .url))","e":"\#(Base64.encode(number("e"), .url))""#
    }

    /// The members of a P-256 JWK: the point is the end of the SubjectPublicKeyInfo.
    var ecMembers: String {
        let point = Array(spki.suffix(64))
        let x = Base64.encode(Array(point.prefix(32)), .url)
        let y = Base64.encode(Array(point.suffix(32)), .url)
        return #""kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)""#
    }

    // MARK: - Signing

    /// As libcrypto makes it: PKCS #1 v1.5 for RSA, DER for EC.
    func sign(_ text: String) -> [UInt8] { sign(text, EVP_sha256()) }

    /// RS512, where RS256 is expected.
    func signSHA512(_ text: String) -> [UInt8] { sign(text, EVP_sha512()) }

    private func sign(_ text: String, _ hash: OpaquePointer?) -> [UInt8] {
        withKey { key in
            let signing = EVP_MD_CTX_new()
            defer { EVP_MD_CTX_free(signing) }
            precondition(EVP_DigestSignInit(signing, nil, hash, nil, key) == 1)
            let bytes = Array(text.utf8)
            var count = 0
            precondition(EVP_DigestSign(signing, nil, &count, bytes, bytes.count) == 1)
            return [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
                precondition(EVP_DigestSign(signing, buffer.baseAddress, &count, bytes, bytes.count) == 1)
                written = count
            }
        }
    }

    /// r and s, 32 bytes each, of an ECDSA signature.
    func signRaw(_ text: String) -> [UInt8] {
        let der = sign(text)
        var position = 3
        func number() -> [UInt8] {
            let count = Int(der[position])
            let bytes = der[(position + 1)..<(position + 1 + count)].drop { $0 == 0 }
            position += count + 2
            return Array(repeating: 0, count: 32 - bytes.count) + bytes
        }
        return number() + number()
    }
}
