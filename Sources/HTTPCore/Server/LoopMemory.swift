/// The memory that a loop lends out for the length of one event, so that an idle connection owns none and a busy one
/// finds it in the processor's cache.
///
/// A class of its own, whose parts are touched one at a time: while it was a struct inside the loop, each loan was an
/// access to the loop that the runtime had to keep track of (a hundred instructions each; callgrind, 2026-11, Swift 6.3).
package final class LoopMemory {
    /// How much is read from a socket at once: a preview frame of 64 KiB comes with its head in one piece, not in one
    /// and a few bytes (a third of the calls for such a frame; strace, 2026-11).
    package static var readSize: Int { 131_072 }
    /// How much of what nobody has used yet, or of what nobody takes, is put up with for one client.
    static var waitingMaximum: Int { 65536 }

    private var readBuffer: [UInt8] = []
    private var requestHead: RequestHead?
    private var responseHead: ResponseHead?
    /// Memory for the next buffers, from the first to the last of `freeCount`.
    private var freeBuffers = InlineArray<256, ByteBuffer> { _ in ByteBuffer() }
    private var freeCount = 0

    package init() {}

    /// A buffer of `readSize` bytes. One is kept; whoever asks while it is out gets a new one.
    package func takeReadBuffer() -> [UInt8] {
        let taken = exchange(&readBuffer, with: [])
        return taken.isEmpty ? [UInt8](repeating: 0, count: Self.readSize) : taken
    }

    package func giveBack(readBuffer: consuming [UInt8]) {
        self.readBuffer = readBuffer
    }

    package func takeRequestHead() -> RequestHead { requestHead.take() ?? RequestHead() }

    package func giveBack(_ head: consuming RequestHead) {
        requestHead = consume head
    }

    package func takeResponseHead() -> ResponseHead { responseHead.take() ?? ResponseHead() }

    package func giveBack(_ head: consuming ResponseHead) {
        responseHead = consume head
    }

    /// An empty buffer with room for a head or two.
    package func takeBuffer() -> ByteBuffer {
        guard freeCount > 0 else { return ByteBuffer(capacity: 2048) }
        freeCount -= 1
        var taken = ByteBuffer()
        swap(&taken, &freeBuffers[freeCount])
        return taken
    }

    /// Keeps the buffer's memory for the next; a large one is let go, as are more than 256.
    package func giveBack(_ buffer: consuming ByteBuffer) {
        guard buffer.capacity > 0, buffer.capacity <= 16384, freeCount < freeBuffers.count else { return }
        var taken = buffer
        taken.removeAll()
        swap(&taken, &freeBuffers[freeCount])
        freeCount += 1
    }
}
