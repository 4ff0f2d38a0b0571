/// HMAC-SHA256 from its definitions (FIPS 180-4, RFC 2104), slow and plain: what the library's is compared with, and
/// what signs the tokens that the product would never make.
enum Reference {
    static func hmacSHA256(key: [UInt8], _ message: String) -> [UInt8] {
        precondition(key.count <= 64)
        let key = key + Array(repeating: 0, count: 64 - key.count)
        return sha256(key.map { $0 ^ 0x5C } + sha256(key.map { $0 ^ 0x36 } + Array(message.utf8)))
    }

    static func sha256(_ message: [UInt8]) -> [UInt8] {
        let primes = (2...).lazy.filter { number in !(2..<number).contains { number % $0 == 0 } }
        let k = primes.prefix(64).map { fraction(cubeRootOf: $0) }
        var h = primes.prefix(8).map { fraction(squareRootOf: $0) }
        var bytes = message + [0x80]
        while bytes.count % 64 != 56 { bytes.append(0) }
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: (message.count * 8) >> (56 - 8 * $0)) }
        for block in stride(from: 0, to: bytes.count, by: 64) {
            var w = (0..<16).map { word in
                (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[block + 4 * word + $1]) }
            }
            for i in 16..<64 {
                let s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3
                let s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10
                w.append(w[i - 16] &+ s0 &+ w[i - 7] &+ s1)
            }
            var v = h
            for i in 0..<64 {
                let s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)
                let t1 = v[7] &+ s1 &+ (v[4] & v[5] ^ ~v[4] & v[6]) &+ k[i] &+ w[i]
                let s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)
                let t2 = s0 &+ (v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2])
                v = [t1 &+ t2, v[0], v[1], v[2], v[3] &+ t1, v[4], v[5], v[6]]
            }
            h = zip(h, v).map { $0 &+ $1 }
        }
        return h.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * $0)) } }
    }

    private static func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }

    /// The first 32 bits behind the point of a root, found by trying bit for bit.
    private static func fraction(squareRootOf n: Int) -> UInt32 { fraction { x in x * x <= UInt128(n) << 64 } }
    private static func fraction(cubeRootOf n: Int) -> UInt32 { fraction { x in x * x * x <= UInt128(n) << 96 } }

    private static func fraction(_ isNotAbove: (UInt128) -> Bool) -> UInt32 {
        var root: UInt128 = 0
        for bit in (0..<38).reversed() where isNotAbove(root | 1 << UInt128(bit)) { root |= 1 << UInt128(bit) }
        return UInt32(truncatingIfNeeded: root)
    }
}
