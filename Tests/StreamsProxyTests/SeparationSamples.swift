import Auth
import HTTPCore
import StreamsProxy

/// Two accounts, and callers of every kind for the first of them.
enum Samples {
    static let own = UniqueID(high: 0x6d07_1cca_fda5_4a03, low: 0x84d5_5bea_6590_4480)
    static let ownText = "6d071cca-fda5-4a03-84d5-5bea65904480"
    static let foreign = UniqueID(high: 0x0000_0000_0000_4000, low: 0xb000_0000_0000_0146)
    static let foreignText = "00000000-0000-4000-b000-000000000146"
    static let stream = UniqueID(high: 0x1234_5678_9abc_4def, low: 0x8123_4567_89ab_cdef)

    static let user = Principal(accountID: own, accountType: .user, kind: .basic)
    static let advanced = Principal(accountID: own, accountType: .advancedUser, kind: .accountHeader)
    static let admin = Principal(accountID: own, accountType: .admin, kind: .basic)
    static let wideToken = Principal(accountID: own, accountType: .admin, kind: .token, visibility: .all)
    static let narrowToken = Principal(accountID: own, accountType: .admin, kind: .token, visibility: .account)
    /// Of an account that was an admin's when the token was made.
    static let degradedToken = Principal(accountID: own, accountType: .user, kind: .token, visibility: .all)

    static let separated = [user, narrowToken, degradedToken]
    static let wide = [advanced, admin, wideToken]
}

/// Random numbers that are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

extension String {
    init(bytes: [UInt8]) {
        self.init(decoding: bytes, as: UTF8.self)
    }
}
