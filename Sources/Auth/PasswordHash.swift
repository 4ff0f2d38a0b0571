internal import COpenSSL

/// What a comparison of a password with a hash came to.
package enum PasswordVerdict: Sendable, Equatable {
    case matches
    case differs
    /// It was not computed, for want of memory or of a turn: nothing is known about the password.
    case failed
}

/// What scrypt (RFC 7914) is to cost. Memory is 128·n·r bytes.
package struct PasswordCost: Sendable, Equatable {
    /// A power of two.
    package let n: Int
    package let r: Int
    package let p: Int

    /// 16 MiB and, on a core of 2020, about 40 ms.
    package static let standard = PasswordCost(uncheckedN: 16384, r: 8, p: 1)

    /// Nil for what is not a cost, or more than a login may take (64 MiB).
    package init?(n: Int, r: Int, p: Int) {
        guard (1024...65536).contains(n), n & (n - 1) == 0, (1...16).contains(r), (1...4).contains(p),
            128 * n * r <= 64 << 20
        else { return nil }
        self.init(uncheckedN: n, r: r, p: p)
    }

    private init(uncheckedN n: Int, r: Int, p: Int) {
        self.n = n
        self.r = r
        self.p = p
    }
}

/// A password as an account keeps it.
package struct PasswordHash: Sendable, Equatable, Concealed {
    let cost: PasswordCost
    let salt: [UInt8]
    let hash: [UInt8]

    /// Tells this hash from another, with a chance of one in 2^64 to be wrong, and is of no use for anything else.
    var mark: UInt64 { hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

    static let saltLength = 16
    static let hashLength = 32

    init(cost: PasswordCost, salt: [UInt8], hash: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.hash = hash
    }

    /// The hash of `password` under a new salt; nil where there is no memory for it. Slow on purpose.
    package init?(of password: Secret, cost: PasswordCost = .standard) {
        let salt = [UInt8](randomCount: Self.saltLength)
        guard let hash = Self.scrypt(password, salt, cost) else { return nil }
        self.init(cost: cost, salt: salt, hash: hash)
    }

    /// One that no password matches, and that costs as much to find that out: for logins that are not known.
    static func decoy() -> PasswordHash {
        PasswordHash(
            cost: .standard, salt: [UInt8](randomCount: saltLength), hash: [UInt8](randomCount: hashLength))
    }

    /// Slow on purpose: never on a worker.
    package func verdict(on password: Secret) -> PasswordVerdict {
        guard let hash = Self.scrypt(password, salt, cost), hash.count == self.hash.count else { return .failed }
        return CRYPTO_memcmp(hash, self.hash, hash.count) == 0 ? .matches : .differs
    }

    private static func scrypt(_ password: Secret, _ salt: [UInt8], _ cost: PasswordCost) -> [UInt8]? {
        var hash = [UInt8](repeating: 0, count: hashLength)
        // What scrypt itself takes, and room for OpenSSL's own accounting; its default limit is 32 MiB.
        let maximumMemory = UInt64(128 * cost.n * cost.r + 128 * cost.r * cost.p + 1 << 20)
        let isComputed = password.withBytes { bytes in
            bytes.withUnsafeBytes { bytes in
                // No bytes have no address, and a null password means "only check the cost" to OpenSSL.
                var none: CChar = 0
                return withUnsafePointer(to: &none) { none in
                    EVP_PBE_scrypt(
                        bytes.baseAddress?.assumingMemoryBound(to: CChar.self) ?? none, bytes.count,
                        salt, salt.count, UInt64(cost.n), UInt64(cost.r), UInt64(cost.p), maximumMemory,
                        &hash, hash.count) == 1
                }
            }
        }
        if !isComputed { ERR_clear_error() }
        return isComputed ? hash : nil
    }
}
