/// How many bytes the connections of a loop keep for later: part of a head, requests sent ahead, content that is
/// gathered, output that waits. Each connection tells what it keeps at the end of an event in which something stayed
/// behind, so what passes through at once costs nothing here. Memory counts, not what is in it.
///
/// Whoever holds, pays: above a bound it is the greatest holder who loses what it has held for longest, and never whoever
/// comes next.
package final class BufferedBytes {
    /// Where a connection's bytes are counted.
    struct Place {
        fileprivate let isGuest: Bool
        fileprivate let number: Int32
    }

    // Not read from elsewhere: so the compiler sees that no two accesses overlap.
    private var strangers = BufferShares<ServerExchange>()
    private var guests = BufferShares<ServerExchange>()
    private var limits = BufferBounds.ample
    /// Whether somebody must let go; looked at after each event.
    private(set) var isOver = false

    package var count: Int { strangers.count + guests.count }

    package init() {}

    /// What holds from the next event on.
    package func setBounds(_ bounds: BufferBounds) {
        limits = bounds
        judge()
    }

    /// `holder` keeps so many bytes now, which `payer` is answerable for; nil: nobody has let it in. Returns where it is
    /// counted from now on.
    func tell(_ bytes: Int, of holder: ServerExchange, at place: Place?, payer: BufferPayer?) -> Place? {
        defer { judge() }
        let answerable = payer ?? .neighbourhood(holder.peer.network.neighbourhood)
        let isGuest = payer != nil
        if let place {
            let number = Int(place.number)
            if place.isGuest {
                if isGuest, guests.change(number, of: answerable, to: bytes) { return place }
                guests.leave(number)
            } else {
                if !isGuest, strangers.change(number, of: answerable, to: bytes) { return place }
                strangers.leave(number)
            }
        }
        if bytes == 0 { return nil }
        let number = isGuest ? guests.join(holder, answerable, bytes) : strangers.join(holder, answerable, bytes)
        return Place(isGuest: isGuest, number: Int32(truncatingIfNeeded: number))
    }

    private func judge() {
        isOver = strangers.count > limits.strangers || guests.count > limits.guests || guests.most > limits.share
    }

    /// So many let go after one event at most: an event brings less than they have, and a bound that has become smaller
    /// must not stop the loop.
    private static let atOnce = 64

    /// Has those let go who keep too much.
    func relieve() {
        for _ in 0..<Self.atOnce where isOver {
            let holder = strangers.count > limits.strangers ? strangers.oldestOfMost : guests.oldestOfMost
            holder?.giveUpBuffers()
        }
    }
}
