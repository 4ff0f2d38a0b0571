import HTTPCore

/// Asks Luna-Streams whose a stream is, once however many requests wait for the answer, and remembers it for a moment.
final class OwnershipLookup {
    private let loop: EventLoop
    private let control: ControlClient
    private let ownerRequest: OwnerRequest
    private var memory = OwnershipMemory()
    private var waiting: [UniqueID: [ProxyExchange]] = [:]

    init(loop: EventLoop, control: ControlClient, _ configuration: Configuration) {
        self.loop = loop
        self.control = control
        ownerRequest = OwnerRequest(configuration)
    }

    private var now: Int64 { loop.now.nanoseconds / 1_000_000 }

    func remembered(_ streamID: UniqueID) -> StreamOwner? { memory.owner(of: streamID, now: now) }

    /// `exchange` hears of it by `found` or `ownerUnknown`.
    func ask(_ streamID: UniqueID, _ apiVersion: Int, for exchange: ProxyExchange) {
        waiting[streamID, default: []].append(exchange)
        guard waiting[streamID]?.count == 1 else { return }
        let question = memory.question(about: streamID, now: now)
        let request = ownerRequest.request(streamID, apiVersion, exchange.requestID)
        control.send(request) { [self] in answered(question, $0) }
    }

    private func answered(_ question: OwnershipQuestion, _ answer: ControlAnswer) {
        let exchanges = waiting.removeValue(forKey: question.streamID) ?? []
        switch OwnerRequest.owner(answer) {
        case .failure(let refusal):
            for exchange in exchanges { exchange.ownerUnknown(refusal) }
        case .success(let owner):
            memory.remember(owner, answering: question)
            for exchange in exchanges { exchange.found(owner) }
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
