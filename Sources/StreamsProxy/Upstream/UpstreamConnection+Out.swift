import Glibc
import HTTPCore

/// From requests to bytes.
extension UpstreamConnection {
    /// Sends what it can and keeps the rest; `isOutputPending` tells.
    func send(_ bytes: Span<UInt8>) {
        guard phase != .closed else { return }
        switch transport {
        case .plain:
            let none: [UInt8] = []
            sent(output.send(to: descriptor, bytes, closing: none.span, memory: memory))
        case .secure:
            output.append(memory, bytes)
            flush()
        }
    }

    /// Sends one chunk, or the last where `bytes` is empty.
    func sendChunk(_ bytes: Span<UInt8>) {
        guard phase != .closed else { return }
        output.append(memory) { output in
            output.append(hexadecimal: bytes.count)
            output.append("\r\n")
            output.append(bytes)
            output.append("\r\n")
        }
        flush()
    }

    func flush() {
        switch transport {
        case .plain:
            sent(output.send(to: descriptor, memory: memory))
        case .secure(let attempt, _):
            sent(output.send(memory: memory) { UpstreamTransport.send(attempt, $0) })
        }
    }

    func sent(_ result: IOResult) {
        switch result {
        case .bytes, .wouldBlock:
            break
        case .end, .failed:
            // It may have answered before it closed: what is there to read decides, so nothing more is written.
            output.removeAll(memory)
            if case .failed(ECONNRESET) = result { wasResetWhileSending = true }
        }
        updateInterest()
    }

    var isOutputPending: Bool { !output.isEmpty }

    func updateInterest() {
        guard phase != .closed else { return }
        var wanted: Events = isPaused ? [] : [.readable, .peerFinished]
        if !output.isEmpty { wanted.insert(.writable) }
        wait(for: wanted)
        if !output.isEmpty || keptBytes != 0 { countBytes() }
    }

    /// Tells the client what is kept now, who answers for it: a head that has not ended is none of it, being one at a time
    /// and bounded.
    func countBytes() {
        let kept = output.capacity
        if kept == keptBytes { return }
        keptBytes = kept
        client?.countKept()
    }
}
