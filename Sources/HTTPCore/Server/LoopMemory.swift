/// The memory that a loop lends out for the length of one event, so that an idle connection owns none and a busy one
/// finds it in the processor's cache.
package struct LoopMemory: ~Copyable {
    /// How much is read from a socket at once.
    package static let readSize = 65536

    private var readBuffer: [UInt8] = []
    private var requestHead: RequestHead?
    private var responseHead: ResponseHead?
    private var freeBuffers: [[UInt8]] = []

    package init() {}

    /// A buffer of `readSize` bytes. One is kept; whoever asks while it is out gets a new one.
    package mutating func takeReadBuffer() -> [UInt8] {
        let taken = readBuffer
        readBuffer = []
        return taken.isEmpty ? [UInt8](repeating: 0, count: Self.readSize) : taken
    }

    package mutating func giveBack(readBuffer: consuming [UInt8]) {
        self.readBuffer = readBuffer
    }

    package mutating func takeRequestHead() -> RequestHead { requestHead.take() ?? RequestHead() }

    package mutating func giveBack(_ head: consuming RequestHead) {
        requestHead = consume head
    }

    package mutating func takeResponseHead() -> ResponseHead { responseHead.take() ?? ResponseHead() }

    package mutating func giveBack(_ head: consuming ResponseHead) {
        responseHead = consume head
    }

    /// An empty array with room for a head or two.
    package mutating func takeBuffer() -> [UInt8] {
        if let free = freeBuffers.popLast() { return free }
        var fresh: [UInt8] = []
        fresh.reserveCapacity(2048)
        return fresh
    }

    /// Keeps the array's memory for the next; a large one is let go, as are more than 256.
    ///
    /// The array is taken out of its owner's hands: while both held it, emptying it would copy it (one allocation a
    /// request, counted 2026-11).
    package mutating func giveBack(_ buffer: inout [UInt8]) {
        var taken: [UInt8] = []
        swap(&taken, &buffer)
        guard taken.capacity > 0, taken.capacity <= 16384, freeBuffers.count < 256 else { return }
        taken.removeAll(keepingCapacity: true)
        freeBuffers.append(taken)
    }
}
