import Glibc

/// A connection of a proxy that has yet to say whose it is. Nothing else is read of it: what follows the PROXY header, TLS
/// or a request, is for whoever takes the descriptor over.
package final class Introduction: EventSource {
    package enum Outcome {
        /// The descriptor is the taker's from now on.
        case client(Int32, SocketAddress)
        /// It was closed.
        case refused(ProxyHeader.Fault)
        /// The proxy went away without a word, as some do who only look whether anybody is there.
        case gone
    }

    package let peer: SocketAddress
    /// What has come of the header while it was not whole.
    private var begun: [UInt8] = []
    private let end: (Introduction, Outcome) -> Void

    /// `patience` is for the whole header.
    package init(
        descriptor: Int32, peer: SocketAddress, loop: EventLoop, patience: Interval,
        end: @escaping (Introduction, Outcome) -> Void
    ) {
        self.peer = peer
        self.end = end
        super.init(descriptor: descriptor, loop: loop)
        open(.readable)
        hurry(patience)
    }

    /// It has so much time at most from now on.
    package func hurry(_ patience: Interval) {
        setDeadline(min(deadline, loop.now.advanced(by: patience)))
    }

    package override func ready(_ events: Events) {
        var buffer = memory.takeReadBuffer()
        defer { memory.giveBack(readBuffer: buffer) }
        // Looked at first and taken after: what follows the header stays in the socket.
        let room = ProxyHeader.maximumLength - begun.count
        let count = SystemCall.peek(descriptor, into: &buffer, limit: room)
        guard count > 0 else {
            if count == 0 || !events.isDisjoint(with: [.failed, .hungUp]) { finish(missing) }
            return
        }
        let known = begun.count
        begun += buffer[..<count]
        do throws(ProxyHeader.Fault) {
            guard let header = try ProxyHeader.read(begun.span) else {
                take(count, into: &buffer)
                return
            }
            take(header.length - known, into: &buffer)
            let client = header.source.map { SocketAddress($0.address, port: $0.port) } ?? peer
            end(self, .client(relinquish(), client))
        } catch {
            finish(.refused(error))
        }
    }

    package override func deadlinePassed() {
        finish(missing)
    }

    /// Ends it now.
    package func abandon() {
        finish(.gone)
    }

    private var missing: Outcome { begun.isEmpty ? .gone : .refused(.malformed) }

    private func take(_ count: Int, into buffer: inout [UInt8]) {
        // They have been seen, so they are there.
        _ = SystemCall.receive(descriptor, into: &buffer, limit: count)
    }

    private func finish(_ outcome: Outcome) {
        closeDescriptor()
        end(self, outcome)
    }
}
