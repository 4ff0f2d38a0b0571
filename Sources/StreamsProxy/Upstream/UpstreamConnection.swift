import Glibc
import HTTPCore

/// One connection to Luna-Streams: requests out, answers in. It understands framing and knows nothing of the exchange
/// but the connection that it serves, which hears of everything.
final class UpstreamConnection: EventSource, ChainMember {
    private enum Phase {
        /// In the pool. → head, closed
        case idle
        /// → head (interim), content, tunnel, closed
        case head
        /// → complete, closed
        case content
        /// The answer is whole. → idle, closed
        case complete
        /// → closed
        case tunnel
        case closed
    }

    private let transport: UpstreamTransport
    private let parser: HeadParser
    private var phase = Phase.head
    private var reader = ContentReader(.none)
    private var isPersistent = true
    /// An interim answer has left in doubt where the next begins, or said that the connection ends.
    private var isFaulty = false
    private var method = Method.get
    /// The beginning of a head whose end has not come.
    private var input = ByteBuffer()
    /// Of that head.
    private var progress = HeadProgress()
    private let output = OutputQueue()
    private var isPaused = false
    /// What the client has been told that this connection keeps for it.
    private(set) var keptBytes = 0
    /// Where it waits, or will when it is done.
    private var pool: UpstreamPool?
    var before: UpstreamConnection?
    var after: UpstreamConnection?
    /// Since when it waits.
    private(set) var idleSince = Instant.never
    /// The exchange's other side, while there is one.
    private var client: ProxyConnection?
    /// Whether it has served an exchange before.
    private(set) var isReused = false

    init(descriptor: Int32, transport: UpstreamTransport, loop: EventLoop, limits: MessageLimits) {
        self.transport = transport
        parser = HeadParser(limits: limits)
        super.init(descriptor: descriptor, loop: loop)
        open([.readable, .peerFinished])
    }

    // MARK: Use

    /// Serves an exchange for `client`, whose request has that method, from now on; `pool` has it afterwards.
    func serve(_ client: ProxyConnection, method: Method, of pool: UpstreamPool) {
        if self.pool !== pool { self.pool = pool }
        pool.beginUse()
        self.client = client
        self.method = method
        phase = .head
    }

    private func endUse() {
        guard client != nil else { return }
        client = nil
        pool?.endUse()
    }

    /// The exchange is over, and another may have the connection.
    func putBack() {
        if let pool { pool.put(self) } else { close() }
    }

    /// Called by its pool alone.
    func becomeIdle() {
        endUse()
        phase = .idle
        isReused = true
        isPaused = false
        idleSince = loop.now
        updateInterest()
    }

    /// More of a TLS record is to be read.
    override func deadlinePassed() {
        if phase != .closed, phase != .idle, !isPaused { receive() }
    }

    /// Ends the connection at once; the client hears nothing of it.
    func close() {
        guard phase != .closed else { return }
        phase = .closed
        endUse()
        pool = nil
        output.removeAll(memory)
        memory.giveBack(exchange(&input, with: ByteBuffer()))
        keptBytes = 0
        switch transport {
        case .plain:
            closeDescriptor()
        case .secure(let attempt, let multi):
            _ = relinquish()
            attempt.dispose(from: multi)
        }
    }

    // MARK: Out

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

    private func flush() {
        switch transport {
        case .plain:
            sent(output.send(to: descriptor, memory: memory))
        case .secure(let attempt, _):
            sent(output.send(memory: memory) { UpstreamTransport.send(attempt, $0) })
        }
    }

    /// A reset is told once, and here it was the sender who heard of it: to the reader the connection then seems to have ended
    /// in order. (One that comes behind an end in order is told as EPIPE.)
    private var wasResetWhileSending = false

    private func sent(_ result: IOResult) {
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

    private func updateInterest() {
        guard phase != .closed else { return }
        var wanted: Events = isPaused ? [] : [.readable, .peerFinished]
        if !output.isEmpty { wanted.insert(.writable) }
        wait(for: wanted)
        if !output.isEmpty || keptBytes != 0 { countBytes() }
    }

    /// Tells the client what is kept now, who answers for it: a head that has not ended is none of it, being one at a time
    /// and bounded.
    private func countBytes() {
        let kept = output.capacity
        if kept == keptBytes { return }
        keptBytes = kept
        client?.countKept()
    }

    // MARK: In

    /// Stops reading: what Luna-Streams sends meanwhile waits with the socket, and then with Luna-Streams.
    func pauseReading() {
        isPaused = true
        updateInterest()
    }

    func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        updateInterest()
        // TLS may hold bytes back that the socket no longer tells of.
        if case .secure = transport { receive() }
    }

    /// The head that had to wait is wanted now.
    func resumeHead() {
        guard phase == .head, let client, !input.isEmpty else { return }
        let kept = exchange(&input, with: ByteBuffer())
        isPaused = false
        updateInterest()
        kept.withSpan { interpret($0, for: client) }
        memory.giveBack(kept)
        if case .secure = transport, phase != .closed, phase != .idle, !isPaused { receive() }
    }

    override func ready(_ events: Events) {
        if phase == .idle {
            // Closed, or bytes that nobody asked for: either way not to be used again (Pingora, response poisoning).
            pool?.discard(self)
            return
        }
        if events.contains(.writable), !output.isEmpty {
            flush()
            if output.isEmpty { client?.upstreamDrained() }
        }
        if phase == .closed || isPaused {
            if events.contains(.failed) || events.contains(.hungUp), phase != .closed { ended(isReset: true) }
            return
        }
        if events.isDisjoint(with: [.readable, .peerFinished, .failed, .hungUp]) { return }
        receive()
    }

    private func receive() {
        var buffer = memory.takeReadBuffer()
        // TLS records may wait inside libcurl, of which epoll knows nothing: read until it has none, but not for ever
        // in one turn. Plain sockets are asked once; what is left makes them ready again.
        var rounds = 0
        receiving: repeat {
            rounds += 1
            if rounds > 16 {
                // The next turn: one nanosecond on is not due in this one.
                setDeadline(loop.now.advanced(by: Interval(nanoseconds: 1)))
                break
            }
            // Each round may be another exchange's; within one the client is asked for once.
            let client = client
            switch transport.receive(descriptor, into: &buffer, limit: client?.readLimit ?? buffer.count) {
            case .bytes(let count): if let client { process(buffer.span.extracting(0..<count), for: client) }
            case .wouldBlock: break receiving
            case .end:
                ended(isReset: wasResetWhileSending)
                break receiving
            case .failed:
                ended(isReset: true)
                break receiving
            }
        } while isSecure && phase != .closed && phase != .idle && !isPaused
        memory.giveBack(readBuffer: buffer)
    }

    private var isSecure: Bool {
        if case .secure = transport { true } else { false }
    }

    /// An answer that ends with its connection is whole only where the connection ended in order.
    private func ended(isReset: Bool) {
        guard phase != .closed else { return }
        var reading = reader
        if phase == .content, !isReset, reading.closed() {
            isPersistent = false
            complete(surplus: 0)
        } else if let client {
            client.upstreamClosed()
        } else {
            close()
        }
    }

    private func process(_ bytes: Span<UInt8>, for client: ProxyConnection) {
        client.upstreamAnswered()
        guard !input.isEmpty else {
            progress = HeadProgress()
            interpret(bytes, for: client)
            return
        }
        var pending = exchange(&input, with: ByteBuffer())
        let before = pending.count
        pending.append(bytes)
        if phase == .head {
            let limits = parser.limits
            if !progress.isWorthLook(bytes, behind: before, line: limits.startLine, head: limits.head) {
                swap(&input, &pending)
                return
            }
        }
        pending.withSpan { interpret($0, for: client) }
        memory.giveBack(pending)
    }

    private func interpret(_ bytes: Span<UInt8>, for client: ProxyConnection) {
        var position = 0
        while true {
            switch phase {
            case .head:
                let rest = bytes.extracting(position..<bytes.count)
                guard rest.count > 0, let length = interpretHead(rest, for: client) else { return }
                position += length
            case .content:
                guard interpretContent(bytes, &position, for: client) else { return }
            case .tunnel:
                if position < bytes.count { client.upstreamTunnel(bytes.extracting(position..<bytes.count)) }
                return
            case .idle, .complete, .closed:
                return
            }
        }
    }

    /// Returns the head's length, or nil when there is nothing more to do with these bytes.
    private func interpretHead(_ bytes: Span<UInt8>, for client: ProxyConnection) -> Int? {
        var head = memory.takeResponseHead()
        do throws(MessageError) {
            guard try parser.parse(bytes, answering: method, into: &head) else {
                memory.giveBack(head)
                var kept = memory.takeBuffer()
                kept.append(bytes)
                swap(&input, &kept)
                return nil
            }
        } catch {
            memory.giveBack(head)
            client.upstreamFailed(.unreadable(error))
            return nil
        }
        if !client.admitsHead(status: head.status) {
            memory.giveBack(head)
            guard phase != .closed else { return nil }
            // It waits for a decision, and all that came with it: until then nothing more is read.
            var kept = memory.takeBuffer()
            kept.append(bytes)
            swap(&input, &kept)
            pauseReading()
            return nil
        }
        let length = head.length
        if head.status < 200 {
            isFaulty = isFaulty || !head.isPersistent
            if client.upstreamInterim(head, bytes) { phase = .tunnel }
        } else {
            reader = ContentReader(head.framing)
            isPersistent = head.isPersistent && !isFaulty
            phase = .content
            client.upstreamHead(head, bytes)
        }
        memory.giveBack(head)
        return phase == .closed ? nil : length
    }

    private func interpretContent(
        _ bytes: Span<UInt8>, _ position: inout Int, for client: ProxyConnection
    ) -> Bool {
        let step: ContentStep
        do throws(MessageError) {
            var reading = reader
            defer { reader = reading }
            step = try reading.next(bytes, from: &position)
        } catch {
            client.upstreamFailed(.unreadable(error))
            return false
        }
        switch step {
        case .content(let run):
            client.upstreamContent(bytes.extracting(run))
            return true
        case .needMore:
            client.upstreamPaused()
            return false
        case .finished:
            complete(surplus: bytes.count - position)
            return false
        }
    }

    /// Whether TLS has more bytes, or an end, of which epoll would say nothing while the connection is idle: the next
    /// exchange would take them for its answer.
    private func holdsMoreInTLS() -> Bool {
        guard isSecure, isPersistent else { return false }
        var byte: [UInt8] = [0]
        switch transport.receive(descriptor, into: &byte, limit: 1) {
        case .wouldBlock: return false
        case .bytes, .end, .failed: return true
        }
    }

    private func complete(surplus: Int) {
        phase = .complete
        client?.upstreamCompleted(
            isPersistent: isPersistent && surplus == 0 && output.isEmpty && !holdsMoreInTLS())
    }
}
