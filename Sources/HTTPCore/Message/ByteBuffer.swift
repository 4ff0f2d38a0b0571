/// Bytes that are put together or wait: a head, content at hand, output. It grows at its end and keeps its memory.
///
/// It can't be copied: what a connection keeps belongs to nobody else, so appending need not ask who else holds the memory.
/// As arrays, the two heads of a request cost 3,000 instructions more (callgrind, 2026-11, Swift 6.3). Public, as is what it
/// is written by, for only then is the writing inlined into other modules.
///
/// Where an object keeps one, it is taken out by `exchange` for whatever takes longer, and put back by `swap`: assigning would
/// free what was there before within the access, and each use of the object would have to be tracked.
public struct ByteBuffer: ~Copyable {
    /// Nil as long as there is no memory.
    @usableFromInline
    var base: UnsafeMutablePointer<UInt8>?
    // Half a word each: an idle client's connection keeps one too, and there may be thousands of them.
    @usableFromInline
    var length: UInt32 = 0
    @usableFromInline
    var room: UInt32 = 0

    /// Empty, and without memory.
    @inlinable
    public init() {}

    /// Empty, with room for that many bytes.
    public init(capacity: Int) {
        grow(by: capacity)
    }

    deinit {
        base?.deallocate()
    }

    @inlinable
    public var count: Int { Int(length) }

    @inlinable
    public var isEmpty: Bool { length == 0 }

    /// How many bytes there is memory for.
    @inlinable
    public var capacity: Int { Int(room) }

    /// Its bytes, for reading.
    @inlinable
    public borrowing func withSpan<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // SAFETY: `length` bytes from `base` are initialised; whoever borrows the buffer keeps it from changing.
        try body(UnsafeBufferPointer(start: base, count: count).span)
    }

    /// A copy of its bytes.
    public var bytes: [UInt8] {
        withSpan { [UInt8](copying: $0) }
    }

    // MARK: Changes

    @inlinable
    public mutating func removeAll() {
        length = 0
    }

    /// Drops the first `count` bytes.
    public mutating func removeFirst(_ count: Int) {
        precondition(count >= 0 && count <= self.count, "no more is dropped than there is")
        guard let base, count > 0 else { return }
        // SAFETY: both ranges lie within the initialised bytes.
        base.update(from: base + count, count: self.count - count)
        length -= UInt32(count)
    }

    /// Drops all but the first `count` bytes.
    public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count, "no more is kept than there is")
        length = UInt32(count)
    }

    /// Makes room for `count` bytes more, as `append` would, but where `maximum` is enough for no more than that.
    package mutating func makeRoom(for count: Int, within maximum: Int) {
        guard capacity - self.count < count else { return }
        let ample = max(self.count + count, 2 * capacity)
        move(to: max(self.count + count, min(ample, maximum)))
    }

    /// Makes room for `count` bytes more, and for as many again as there are, so that bytes are seldom moved. There is room
    /// for 4 GiB; what is kept in buffers is bounded far below.
    @usableFromInline
    @inline(never)
    mutating func grow(by count: Int) {
        move(to: max(self.count + count, 2 * self.capacity, 64))
    }

    private mutating func move(to capacity: Int) {
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        if let base {
            // SAFETY: the new memory is larger.
            larger.initialize(from: base, count: self.count)
            base.deallocate()
        }
        base = larger
        room = UInt32(capacity)
    }
}

extension [UInt8] {
    package init(copying span: Span<UInt8>) {
        self = []
        append(span)
    }

    /// What `write` puts together.
    package init(writing write: (inout ByteBuffer) -> Void) {
        var buffer = ByteBuffer()
        write(&buffer)
        self = buffer.bytes
    }
}

extension ByteBuffer: ByteAppending {
    @inlinable
    @inline(__always)
    public mutating func append(_ byte: UInt8) {
        if length == room { grow(by: 1) }
        // SAFETY: there is room for one.
        base.unsafelyUnwrapped[count] = byte
        length &+= 1
    }

    @inlinable
    @inline(__always)
    public mutating func append(copying source: UnsafeRawBufferPointer) {
        if capacity &- count < source.count { grow(by: source.count) }
        guard let base, let first = source.baseAddress else { return }
        // SAFETY: there is room for as many.
        UnsafeMutableRawPointer(base + count).copyMemory(from: first, byteCount: source.count)
        length &+= UInt32(truncatingIfNeeded: source.count)
    }

    /// All of `bytes`.
    @inlinable
    public mutating func append(contentsOf bytes: [UInt8]) {
        append(bytes.span)
    }

    /// The text in UTF-8.
    public mutating func append(contentsOf text: String.UTF8View) {
        for byte in text { append(byte) }
    }
}
