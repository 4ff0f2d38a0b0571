/// A dictionary of which a copy shares its parts: a change of it copies one of them and the list of them.
struct ShardedDictionary<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var shards = [[Key: Value]](repeating: [:], count: 256)

    subscript(key: Key) -> Value? {
        get { shards[Self.shard(key)][key] }
        set { shards[Self.shard(key)][key] = newValue }
    }

    private static func shard(_ key: Key) -> Int { key.hashValue & 255 }
}
