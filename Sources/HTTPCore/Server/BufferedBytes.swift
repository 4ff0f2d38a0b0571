/// How many bytes the connections of a loop keep for later: part of a head, requests sent ahead, content that is
/// gathered, output that waits. Each connection tells what it keeps at the end of an event in which something stayed
/// behind, so what passes through at once costs nothing here.
package final class BufferedBytes {
    /// Not read from elsewhere: so the compiler sees that no two accesses overlap.
    private var sum = 0

    package var count: Int { sum }

    package init() {}

    /// A connection that kept `old` bytes keeps `new` now.
    package func change(from old: Int, to new: Int) {
        sum += new - old
    }
}
