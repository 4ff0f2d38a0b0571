internal import HTTPCore

/// A part of the `TokenTable`: open addressing, the next place where one is taken. At most two thirds are.
struct TokenShard: Sendable {
    private var slots: [TokenSlot] = []
    private(set) var count = 0

    /// `hash` is that of `id`, here and below.
    func find(_ id: UniqueID, _ hash: UInt32) -> TokenSlot? {
        guard !slots.isEmpty else { return nil }
        let slot = slots[position(of: id, hash)]
        return slot.isEmpty ? nil : slot
    }

    /// What it takes the place of comes back. `hash` gives the hash of any id.
    mutating func put(_ slot: TokenSlot, _ hash: (UniqueID) -> UInt32) -> TokenSlot? {
        if !slots.isEmpty {
            let position = position(of: slot.id, hash(slot.id))
            let former = slots[position]
            if !former.isEmpty {
                slots[position] = slot
                return former
            }
        }
        count += 1
        if count * 3 > slots.count * 2 { resize(to: max(6, count * 2), hash) }
        slots[position(of: slot.id, hash(slot.id))] = slot
        return nil
    }

    mutating func remove(_ id: UniqueID, _ hash: (UniqueID) -> UInt32) -> TokenSlot? {
        guard !slots.isEmpty else { return nil }
        var hole = position(of: id, hash(id))
        let removed = slots[hole]
        guard !removed.isEmpty else { return nil }
        count -= 1
        // Who stands behind the hole because it was taken moves up, or would not be found any more.
        var next = after(hole)
        while !slots[next].isEmpty {
            let home = home(hash(slots[next].id))
            if distance(home, next) >= distance(hole, next) {
                slots[hole] = slots[next]
                hole = next
            }
            next = after(next)
        }
        slots[hole] = .empty
        if count * 6 < slots.count { resize(to: count * 2, hash) }
        return removed
    }

    func forEach(_ visit: (TokenSlot) -> Void) {
        for slot in slots where !slot.isEmpty { visit(slot) }
    }

    private mutating func resize(to capacity: Int, _ hash: (UniqueID) -> UInt32) {
        let old = slots
        slots = [TokenSlot](repeating: .empty, count: capacity)
        for slot in old where !slot.isEmpty { slots[position(of: slot.id, hash(slot.id))] = slot }
    }

    /// Where the id is, or is to be.
    private func position(of id: UniqueID, _ hash: UInt32) -> Int {
        var position = home(hash)
        while !slots[position].isEmpty, slots[position].id != id { position = after(position) }
        return position
    }

    private func home(_ hash: UInt32) -> Int { Int(UInt64(hash) * UInt64(slots.count) >> 32) }

    private func after(_ position: Int) -> Int { position + 1 == slots.count ? 0 : position + 1 }

    /// How many places on from `start` the other is.
    private func distance(_ start: Int, _ end: Int) -> Int { end >= start ? end - start : end - start + slots.count }
}
