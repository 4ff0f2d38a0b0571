internal import Synchronization

/// Pictures on their way to a worker: of each broadcast the newest. However slow that worker is, no more than one a broadcast
/// waits, and it is woken once for all of them.
package final class PictureTray: Sendable {
    private let pictures = Mutex<[BroadcastID: Picture]>([:])

    package init() {}

    /// Puts a picture in. True where the tray was empty: then, and only then, the worker must be told.
    package func put(_ picture: Picture, of broadcast: BroadcastID) -> Bool {
        let (wasEmpty, replaced) = pictures.withLock { pictures in
            let wasEmpty = pictures.isEmpty
            if let earlier = pictures[broadcast], earlier.number >= picture.number {
                return (false, nil as Picture?)
            }
            return (wasEmpty, pictures.updateValue(picture, forKey: broadcast))
        }
        // Freed here, and so outside of the lock.
        _ = consume replaced
        return wasEmpty
    }

    /// Takes all pictures; `taken` is what the last call has given, emptied, so that its memory is used again.
    package func take(into taken: inout [BroadcastID: Picture]) {
        taken.removeAll(keepingCapacity: true)
        pictures.withLock { swap(&$0, &taken) }
    }

    /// Drops what waits of a broadcast that is over.
    package func drop(_ broadcast: BroadcastID) {
        _ = pictures.withLock { $0.removeValue(forKey: broadcast) }
    }
}
