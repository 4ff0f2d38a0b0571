/// Bytes that wait for a socket to take them. Whoever fills it stops when something stays behind, so it never holds
/// more than one event's worth.
///
/// A class of its own, which touches its parts one at a time: as a struct inside a connection each use was an access to
/// the connection that the runtime had to keep track of (callgrind, 2026-11, Swift 6.3: 100 instructions each).
package final class OutputQueue {
    /// What waits, from `start`.
    private var bytes = ByteBuffer()
    private var start = 0

    package init() {}

    package var count: Int { bytes.count - start }
    package var isEmpty: Bool { count == 0 }
    /// How much memory it has; none while it is empty.
    package var capacity: Int { bytes.capacity }

    /// Appends through `write`, to memory borrowed from the loop.
    package func append(_ memory: LoopMemory, _ write: (inout ByteBuffer) -> Void) {
        // Taken out meanwhile: `write` is anybody's.
        var taken = exchange(&bytes, with: ByteBuffer())
        if taken.capacity == 0 { taken = memory.takeBuffer() }
        write(&taken)
        precondition(bytes.isEmpty, "what writes to a queue does nothing else with it")
        swap(&bytes, &taken)
    }

    package func append(_ memory: LoopMemory, _ content: Span<UInt8>) {
        append(memory) { $0.append(content) }
    }

    /// Sends what waits and after it `content` and `closing`, in one call; what the socket doesn't take stays.
    package func send(
        to descriptor: Int32, _ content: Span<UInt8>, closing: Span<UInt8>, memory: LoopMemory
    ) -> IOResult {
        let waiting = count
        let total = waiting + content.count + closing.count
        if total == 0 { return .bytes(0) }
        var pending = exchange(&bytes, with: ByteBuffer())
        let first = start
        let result = pending.withSpan { pending in
            SystemCall.send(descriptor, pending.extracting(first..<pending.count), content, closing)
        }
        swap(&bytes, &pending)
        var sent = 0
        switch result {
        case .bytes(let count): sent = count
        case .wouldBlock: break
        case .end, .failed: return result
        }
        if sent == total {
            removeAll(memory)
            return .bytes(sent)
        }
        start += min(sent, waiting)
        keep(content, from: sent - waiting, memory)
        keep(closing, from: sent - waiting - content.count, memory)
        return .bytes(sent)
    }

    /// Sends what waits.
    package func send(to descriptor: Int32, memory: LoopMemory) -> IOResult {
        let none: [UInt8] = []
        return send(to: descriptor, none.span, closing: none.span, memory: memory)
    }

    /// Sends what waits through `send`, which takes what it can.
    package func send(memory: LoopMemory, _ send: (Span<UInt8>) -> IOResult) -> IOResult {
        // Taken out meanwhile: `send` is anybody's.
        var pending = exchange(&bytes, with: ByteBuffer())
        var sent = start
        var result = IOResult.bytes(0)
        while sent < pending.count, case .bytes = result {
            result = pending.withSpan { send($0.extracting(sent..<$0.count)) }
            if case .bytes(let count) = result { sent += count }
        }
        start = sent
        swap(&bytes, &pending)
        guard case .bytes = result else { return result }
        removeAll(memory)
        return .bytes(0)
    }

    /// Sends what waits and after it `content` and `closing` through `send`, which takes what it can of one run of at most
    /// `run` bytes; what it doesn't take stays. Runs are filled up: each may cost a record and a call.
    package func send(
        _ content: Span<UInt8>, closing: Span<UInt8>, run: Int, memory: LoopMemory,
        _ send: (Span<UInt8>) -> IOResult
    ) -> IOResult {
        let total = count + content.count + closing.count
        var taken = 0
        if !isEmpty, count < run {
            taken = min(content.count, run - count)
            append(memory, content.extracting(0..<taken))
        }
        var result = self.send(memory: memory, send)
        while case .bytes = result, content.count - taken > run {
            result = send(content.extracting(taken..<content.count))
            if case .bytes(let count) = result { taken += count }
        }
        keep(content, from: taken, memory)
        keep(closing, from: 0, memory)
        if case .bytes = result { result = self.send(memory: memory, send) }
        switch result {
        case .bytes, .wouldBlock: return .bytes(total - count)
        case .end, .failed: return result
        }
    }

    /// Drops what was appended beyond the first `count` bytes that wait.
    package func truncate(to count: Int) {
        bytes.truncate(to: start + count)
    }

    private func keep(_ rest: Span<UInt8>, from sent: Int, _ memory: LoopMemory) {
        guard sent < rest.count else { return }
        if start > 0 {
            bytes.removeFirst(start)
            start = 0
        }
        append(memory) { $0.append(rest, max(0, sent)..<rest.count) }
    }

    package func removeAll(_ memory: LoopMemory) {
        memory.giveBack(exchange(&bytes, with: ByteBuffer()))
        start = 0
    }
}
