/// Bytes that wait for a socket to take them. Whoever fills it stops when something stays behind, so it never holds
/// more than one event's worth.
package struct OutputQueue: ~Copyable {
    /// What waits, from `start`.
    private var bytes: [UInt8] = []
    private var start = 0

    package init() {}

    package var count: Int { bytes.count - start }
    package var isEmpty: Bool { count == 0 }

    /// Borrows memory from the loop to append to.
    package mutating func prepare(_ memory: inout LoopMemory) {
        if bytes.capacity == 0 { bytes = memory.takeBuffer() }
    }

    /// Appends through `write`, which does nothing else: the queue is being changed while it runs.
    package mutating func append(_ write: (inout [UInt8]) -> Void) {
        write(&bytes)
    }

    /// Sends what waits and after it `content` and `closing`, in one call; what the socket doesn't take stays.
    package mutating func send(
        to descriptor: Int32, _ content: Span<UInt8>, closing: Span<UInt8>, memory: inout LoopMemory
    ) -> IOResult {
        let waiting = count
        let total = waiting + content.count + closing.count
        if total == 0 { return .bytes(0) }
        let result = SystemCall.send(descriptor, bytes.span.extracting(start..<bytes.count), content, closing)
        var sent = 0
        switch result {
        case .bytes(let count): sent = count
        case .wouldBlock: break
        case .end, .failed: return result
        }
        if sent == total {
            removeAll(memory: &memory)
            return .bytes(sent)
        }
        start += min(sent, waiting)
        keep(content, from: sent - waiting, memory: &memory)
        keep(closing, from: sent - waiting - content.count, memory: &memory)
        return .bytes(sent)
    }

    /// Sends what waits through `send`, which takes what it can.
    package mutating func send(memory: inout LoopMemory, _ send: (Span<UInt8>) -> IOResult) -> IOResult {
        while !isEmpty {
            switch send(bytes.span.extracting(start..<bytes.count)) {
            case .bytes(let count): start += count
            case .wouldBlock: return .wouldBlock
            case .end: return .end
            case .failed(let code): return .failed(code)
            }
        }
        removeAll(memory: &memory)
        return .bytes(0)
    }

    /// Drops what was appended beyond the first `count` bytes that wait.
    package mutating func truncate(to count: Int) {
        bytes.removeSubrange(start + count..<bytes.count)
    }

    private mutating func keep(_ rest: Span<UInt8>, from sent: Int, memory: inout LoopMemory) {
        guard sent < rest.count else { return }
        if start > 0 {
            bytes.removeSubrange(0..<start)
            start = 0
        }
        prepare(&memory)
        bytes.append(rest, max(0, sent)..<rest.count)
    }

    package mutating func removeAll(memory: inout LoopMemory) {
        guard bytes.capacity > 0 else { return }
        memory.giveBack(&bytes)
        start = 0
    }
}
