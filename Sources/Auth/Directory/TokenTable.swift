internal import HTTPCore

/// All tokens by their id. A copy shares its shards: a change of it copies one of them and the list of them, however many
/// tokens there are.
struct TokenTable: Sendable {
    private var shards: [TokenShard]
    private(set) var count = 0

    private static let shardBits = 12
    /// Of this process: nobody can choose ids that all fall into one place.
    private static let seed = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))

    init() {
        shards = [TokenShard](repeating: TokenShard(), count: 1 << Self.shardBits)
    }

    func find(_ id: UniqueID) -> TokenSlot? {
        let hash = Self.hash(id)
        return shards[Self.shard(hash)].find(id, UInt32(truncatingIfNeeded: hash))
    }

    /// What had this id comes back.
    mutating func put(_ slot: TokenSlot) -> TokenSlot? {
        let former = shards[Self.shard(Self.hash(slot.id))].put(slot) { UInt32(truncatingIfNeeded: Self.hash($0)) }
        if former == nil { count += 1 }
        return former
    }

    mutating func remove(_ id: UniqueID) -> TokenSlot? {
        let removed = shards[Self.shard(Self.hash(id))].remove(id) { UInt32(truncatingIfNeeded: Self.hash($0)) }
        if removed != nil { count -= 1 }
        return removed
    }

    private static func shard(_ hash: UInt64) -> Int { Int(hash >> (64 - UInt64(shardBits))) }

    private static func hash(_ id: UniqueID) -> UInt64 {
        let (high, low) = (id.high ^ seed.0).multipliedFullWidth(by: id.low ^ seed.1)
        return high ^ low
    }
}
