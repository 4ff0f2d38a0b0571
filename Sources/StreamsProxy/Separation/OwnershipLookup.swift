import HTTPCore

/// Asks Luna-Streams whose a stream is, once however many requests wait for the answer, and remembers it for a moment.
final class OwnershipLookup {
    private let loop: EventLoop
    private let control: ControlClient
    private let ownerRequest: OwnerRequest
    private var memory = OwnershipMemory()
    private var waiting: [UniqueID: [ProxyConnection]] = [:]

    init(loop: EventLoop, control: ControlClient, _ configuration: Configuration) {
        self.loop = loop
        self.control = control
        ownerRequest = OwnerRequest(configuration)
    }

    private var now: Int64 { loop.now.nanoseconds / 1_000_000 }

    func remembered(_ streamID: UniqueID) -> StreamOwner? { memory.owner(of: streamID, now: now) }

    /// `connection` hears of it by `found` or `ownerUnknown`.
    func ask(_ streamID: UniqueID, _ apiVersion: Int, for connection: ProxyConnection) {
        waiting[streamID, default: []].append(connection)
        guard waiting[streamID]?.count == 1 else { return }
        let question = memory.question(about: streamID, now: now)
        let request = ownerRequest.request(streamID, apiVersion, connection.requestID)
        control.send(request) { [self] in answered(question, $0) }
    }

    private func answered(_ question: OwnershipQuestion, _ answer: ControlAnswer) {
        let connections = waiting.removeValue(forKey: question.streamID) ?? []
        switch OwnerRequest.owner(answer) {
        case .failure(let refusal):
            for connection in connections { connection.ownerUnknown(refusal) }
        case .success(let owner):
            memory.remember(owner, answering: question)
            for connection in connections { connection.found(owner) }
        }
    }

    /// Nobody waits any more, and nobody will: what is still answered counts for nothing.
    func retire() {
        waiting = [:]
    }

    func forget(_ streamID: UniqueID) {
        memory.forget(streamID)
    }

    func forgetAll() {
        memory.forgetAll()
    }
}
