import HTTPCore

/// Decides at the door of a worker who is served, and tells the others.
final class Reception {
    /// How many of those who are refused may be listened to at once; more of them are reset without a word.
    private static let refusedMaximum = 256
    /// In which a refused client must have asked, read its answer and gone.
    private static let patience = Interval(.seconds(2))

    private let loop: EventLoop
    var allowance: ConnectionAllowance
    /// Told of each refusal.
    private let note: (Overload) -> Void
    private var refused: [ObjectIdentifier: RefusedConnection] = [:]

    init(loop: EventLoop, _ allowance: ConnectionAllowance, note: @escaping (Overload) -> Void) {
        self.loop = loop
        self.allowance = allowance
        self.note = note
    }

    /// Why this client can't be served beside `count` others, of whom some watch; nil where it can, and then it is counted
    /// until `left`. `makeRoom` lets one of them go: not for a client whose address has all that it may. The address of a
    /// trusted proxy is that of many clients, and has no limit of its own.
    func overload(
        _ peer: SocketAddress, beside count: Int, watching viewers: Int, isProxy: Bool, makeRoom: () -> Bool
    ) -> Overload? {
        let limit = isProxy ? 0 : allowance.perAddress
        guard allowance.addresses.enter(peer.network.number, limit: limit) else { return .connectionsOfAddress }
        if hasRoom(beside: count, watching: viewers, makeRoom: makeRoom) { return nil }
        left(peer)
        return .connections
    }

    /// Whether one more can be served beside `count` others.
    func hasRoom(beside count: Int, watching viewers: Int, makeRoom: () -> Bool) -> Bool {
        let excess = max(count - allowance.connections, count + viewers - allowance.forClients)
        return excess < 0 || makeRoom() && excess == 0
    }

    func left(_ peer: SocketAddress) {
        allowance.addresses.leave(peer.network.number)
    }

    /// Takes over the descriptor of a client that is not served. Where TLS is spoken it is only reset: a handshake costs
    /// more than the request that is refused.
    func refuse(_ descriptor: Int32, _ overload: Overload, _ requestID: RequestID, isPlain: Bool) {
        note(overload)
        guard isPlain, refused.count < Self.refusedMaximum else {
            RefusedConnection.reset(descriptor)
            return
        }
        let connection = RefusedConnection(
            descriptor: descriptor, loop: loop, answer: answer(overload, requestID), patience: Self.patience
        ) { [unowned self] in
            refused[ObjectIdentifier($0)] = nil
        }
        refused[ObjectIdentifier(connection)] = connection
    }

    /// The same where there is no descriptor to keep it by.
    func turnAway(_ descriptor: Int32, _ requestID: RequestID, isPlain: Bool) {
        note(.descriptors)
        guard isPlain else {
            RefusedConnection.reset(descriptor)
            return
        }
        RefusedConnection.tellAtOnce(descriptor, loop: loop, answer: answer(.descriptors, requestID))
    }

    /// Nobody is listened to any more.
    func closeAll() {
        for connection in Array(refused.values) { connection.end() }
    }

    /// The whole answer: no request has been read that it could depend on.
    private func answer(_ overload: Overload, _ requestID: RequestID) -> [UInt8] {
        let error = ErrorAnswer(.overloaded(overload))
        let content = [UInt8](writing: { error.appendContent(to: &$0) })
        return [UInt8](writing: { answer in
            answer.append("HTTP/1.1 ")
            answer.append(decimal: error.status)
            answer.append(" ")
            answer.append(Status.reason(error.status))
            answer.append("\r\n")
            error.appendFields(to: &answer)
            Forwarding.appendRequestID(requestID, to: &answer)
            Forwarding.appendDate(loop.unixMilliseconds / 1000, to: &answer)
            answer.append("Content-Length: ")
            answer.append(decimal: content.count)
            answer.append("\r\nConnection: close\r\n\r\n")
            answer.append(contentsOf: content)
        })
    }
}
