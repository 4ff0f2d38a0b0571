internal import COpenSSL

/// A key made ready to check many signatures. Not for two threads at once.
final class SignatureCheck {
    private enum Form: ~Copyable {
        case rs256(PublicKey)
        case es256(PublicKey)
        case hs256(KeyedHash)
    }

    private let form: Form
    /// How many were checked.
    private(set) var count = 0

    /// Nil only where there is no memory left: the key itself is known to be good.
    init?(_ key: VerificationKey) {
        switch key.algorithm {
        case .rs256:
            guard let key = PublicKey(der: key.material) else { return nil }
            form = .rs256(key)
        case .es256:
            guard let key = PublicKey(der: key.material) else { return nil }
            form = .es256(key)
        case .hs256:
            form = .hs256(KeyedHash(key: Self.blockOrLess(key.material)))
        }
    }

    /// RFC 2104 §2: a key longer than the hash's block is hashed first.
    private static func blockOrLess(_ secret: [UInt8]) -> [UInt8] {
        guard secret.count > Int(SHA256_CBLOCK) else { return secret }
        return [UInt8](unsafeUninitializedCapacity: KeyedHash.digestLength) { digest, count in
            _ = SHA256(secret, secret.count, digest.baseAddress)
            count = KeyedHash.digestLength
        }
    }

    /// Whether `signature` is the key's over `text`, by the key's algorithm and no other.
    func verify(_ signature: [UInt8], of text: Span<UInt8>) -> Bool {
        count += 1
        switch form {
        case .rs256(let key): return key.verifyRS256(signature, of: text)
        case .es256(let key): return key.verifyES256(signature, of: text)
        case .hs256(let hash):
            guard signature.count == KeyedHash.digestLength else { return false }
            return CRYPTO_memcmp(signature, hash.digest(text), signature.count) == 0
        }
    }
}
