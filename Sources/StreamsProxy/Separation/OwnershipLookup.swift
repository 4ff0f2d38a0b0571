import HTTPCore

/// Asks Luna-Streams whose a stream is, once however many requests wait for the answer, and remembers it for a moment.
final class OwnershipLookup {
    private let loop: EventLoop
    private let control: ControlClient
    private let origin: String
    private let timeouts: ExchangeTimeouts
    private var memory = OwnershipMemory()
    private var waiting: [UniqueID: [ProxyConnection]] = [:]

    init(loop: EventLoop, control: ControlClient, _ configuration: Configuration) {
        self.loop = loop
        self.control = control
        timeouts = ExchangeTimeouts(configuration.timeouts)
        let upstream = configuration.upstream
        origin = "\(upstream.isSecure ? "https" : "http")://\(upstream.authority)\(upstream.basePath)"
    }

    private var now: Int64 { loop.now.nanoseconds / 1_000_000 }

    func remembered(_ streamID: UniqueID) -> StreamOwner? { memory.owner(of: streamID, now: now) }

    /// `connection` hears of it by `found` or `ownerUnknown`.
    func ask(_ streamID: UniqueID, _ apiVersion: Int, for connection: ProxyConnection) {
        waiting[streamID, default: []].append(connection)
        guard waiting[streamID]?.count == 1 else { return }
        let question = memory.question(about: streamID, now: now)
        var id: [UInt8] = []
        connection.requestID.append(to: &id)
        let request = ControlRequest(
            method: "GET", url: "\(origin)/\(apiVersion)/streams/\(streamID)",
            fields: [
                ControlRequest.Field(name: "Accept", value: Array("application/json".utf8)),
                ControlRequest.Field(name: "Luna-Request-Id", value: id),
            ],
            connectTimeout: timeouts.connect, timeout: timeouts.request,
            maximumAnswer: OwnerAnswer.maximumLength)
        control.send(request) { [unowned self] in answered(question, $0) }
    }

    private func answered(_ question: OwnershipQuestion, _ answer: ControlAnswer) {
        let connections = waiting.removeValue(forKey: question.streamID) ?? []
        switch answer {
        case .failed(let failure):
            for connection in connections { connection.ownerUnknown(.upstream(failure)) }
        case .answered(let status, let content):
            switch OwnerAnswer(status: status, content: content.span) {
            case .unknown:
                for connection in connections { connection.ownerUnknown(.separation(.unknownOwner)) }
            case .owner(let owner):
                memory.remember(owner, answering: question)
                for connection in connections { connection.found(owner) }
            }
        }
    }

    func forget(_ streamID: UniqueID) {
        memory.forget(streamID)
    }

    func forgetAll() {
        memory.forgetAll()
    }
}
