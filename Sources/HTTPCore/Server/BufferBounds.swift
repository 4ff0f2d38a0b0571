/// How many bytes may be kept for later on one loop, and by whom.
package struct BufferBounds: Sendable, Equatable {
    /// By all whom nobody has let in yet: parts of heads, heads that are decided on.
    package let strangers: Int
    /// By all others: content, requests that wait for Luna-Streams, output.
    package let guests: Int
    /// Of that by one account, or where none is known by one neighbourhood.
    package let share: Int

    /// Of `total` a quarter is for strangers, and a quarter is the most that one of the others may keep.
    package init(total: Int) {
        strangers = total / 4
        guests = total - total / 4
        share = total / 4
    }

    /// Enough for whoever sets none.
    static let ample = BufferBounds(total: 1 << 40)
}
