/// What was noted lately by key, bounded. Two tables: new entries go into the young one; when that holds half of what is
/// allowed, it becomes the old one, and what was in the old one and not asked for since is forgotten.
struct RecentTable<Key: Hashable, Value> {
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    private let half: Int

    init(capacity: Int) {
        half = max(1, capacity / 2)
    }

    var count: Int { young.count + old.count }

    /// The entry, which is young from now on.
    mutating func find(_ key: Key) -> Value? {
        if let value = young[key] { return value }
        guard let value = old.removeValue(forKey: key) else { return nil }
        store(key, value)
        return value
    }

    mutating func store(_ key: Key, _ value: Value) {
        old[key] = nil
        if young.count >= half, young[key] == nil {
            swap(&young, &old)
            young.removeAll(keepingCapacity: true)
        }
        young[key] = value
    }

    mutating func remove(_ key: Key) {
        young[key] = nil
        old[key] = nil
    }
}
