import HTTPCore

/// The question to Luna-Streams whose a stream is, and what its answer means.
struct OwnerRequest {
    private let origin: String
    private let tls: ServiceTLS
    private let timeouts: ExchangeTimeouts

    init(_ configuration: Configuration) {
        timeouts = ExchangeTimeouts(configuration.timeouts)
        origin = configuration.upstream.url
        tls = configuration.upstream.tls
    }

    func request(_ streamID: UniqueID, _ apiVersion: Int, _ requestID: RequestID) -> ControlRequest {
        var id: [UInt8] = []
        requestID.append(to: &id)
        return ControlRequest(
            method: "GET", url: "\(origin)/\(apiVersion)/streams/\(streamID)", tls: tls,
            fields: [
                ControlRequest.Field(name: "Accept", value: Array("application/json".utf8)),
                ControlRequest.Field(name: "Luna-Request-Id", value: id),
            ],
            connectTimeout: timeouts.connect, timeout: timeouts.request,
            maximumAnswer: OwnerAnswer.maximumLength, seeksOwner: true)
    }

    /// The owner, or what the client is told instead.
    static func owner(_ answer: ControlAnswer) -> Result<StreamOwner, Refusal> {
        switch answer {
        case .failed(let failure): .failure(.upstream(failure))
        case .answered(let status, let content):
            switch OwnerAnswer(status: status, content: content.span) {
            case .unknown: .failure(.separation(.unknownOwner))
            case .owner(let owner): .success(owner)
            }
        }
    }
}
