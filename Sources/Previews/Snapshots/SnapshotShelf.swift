/// How many bytes of pictures are kept for all snapshots of a process, in all.
package struct SnapshotShelf: Sendable {
    /// Of one picture. A larger one is passed on and not kept.
    package static let pictureMaximum = 4 << 20
    package static let maximum = 64 << 20

    package private(set) var bytes = 0

    package init() {}

    /// False where there is no room: then the picture goes to those who wait, and is not kept.
    package mutating func put(_ size: Int) -> Bool {
        guard size <= Self.pictureMaximum, bytes + size <= Self.maximum else { return false }
        bytes += size
        return true
    }

    package mutating func drop(_ size: Int) {
        precondition(size <= bytes, "what is dropped was put there")
        bytes -= size
    }
}
