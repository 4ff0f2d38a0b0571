import HTTPCore
import JSON

/// Whether the services behind a worker answer: what `/healthcheck?include_luna_services=1` tells. However many ask, one
/// question to each service is under way, and what came is believed for a second.
final class ServiceHealth {
    /// Why a service can't be relied on.
    struct Trouble: Equatable {
        let service: String
        let kind: ErrorKind
        let reason: String
    }

    private let loop: EventLoop
    private let control: ControlClient
    private let questions: [(service: String, request: ControlRequest)]
    private var waiting: [ProxyExchange] = []
    /// Of the services in their order, while they are being asked; nil where the answer has not come.
    private var answers: [ControlAnswer?] = []
    private var known: (troubles: [Trouble], until: Instant)?

    /// The time that a service has: whoever asks us gives up soon, too.
    private static let bound = Interval(.seconds(1))
    /// Shorter, so that what has passed can be told.
    private static let connectBound = Interval(.milliseconds(900))
    private static let lifetime = Interval(.seconds(1))

    init(_ configuration: Configuration, loop: EventLoop, control: ControlClient) {
        self.loop = loop
        self.control = control
        var services: [(String, UpstreamAddress)] = []
        if configuration.isLunaStreamsActive { services.append(("Luna-Streams", configuration.upstream)) }
        if let accounts = configuration.accountsService { services.append(("Luna-Accounts", accounts.address)) }
        questions = services.map { service, address in
            let request = ControlRequest(
                method: "GET", url: "\(address.url)/version", tls: address.tls, fields: [],
                connectTimeout: Self.connectBound, timeout: Self.bound)
            return (service, request)
        }
    }

    /// What is known; else nil, and `exchange` hears of it by `healthKnown`.
    func ask(for exchange: ProxyExchange) -> [Trouble]? {
        if questions.isEmpty { return [] }
        if let known, loop.now < known.until { return known.troubles }
        waiting.append(exchange)
        guard waiting.count == 1 else { return nil }
        answers = questions.map { _ in nil }
        for (index, question) in questions.enumerated() {
            control.send(question.request) { [self] in answered(index, $0) }
        }
        return nil
    }

    private func answered(_ index: Int, _ answer: ControlAnswer) {
        answers[index] = answer
        let all = answers.compactMap(\.self)
        guard all.count == questions.count else { return }
        let troubles = zip(questions, all).compactMap { Self.trouble($0.service, $1) }
        known = (troubles, loop.now.advanced(by: Self.lifetime))
        let exchanges = waiting
        waiting = []
        for exchange in exchanges { exchange.healthKnown(troubles) }
    }

    /// A service is well that answers in HTTP, whatever it is that it says of the question; 5xx is no such answer, since a
    /// balancer before a dead service says that too.
    static func trouble(_ service: String, _ answer: ControlAnswer) -> Trouble? {
        let failure: UpstreamFailure
        switch answer {
        case .answered(let status, _):
            if status < 500 { return nil }
            failure = .unreadable(.malformedStatusLine)
        case .failed(let cause): failure = cause
        }
        return Trouble(
            service: service, kind: failure.kind,
            reason: AccountsLookup.reason(answer))
    }
}

/// The content of `/healthcheck`.
enum HealthContent {
    /// `elapsed` in nanoseconds.
    static func well(elapsed: Int64) -> [UInt8] {
        let microseconds = max(0, elapsed / 1000)
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let fraction = String(rest + 1_000_000).dropFirst()
        return Array("{\"execution_time\":\(seconds).\(fraction)}".utf8)
    }

    static func draining() -> [UInt8] {
        error(.overloaded, "The proxy is ending and wants no new clients")
    }

    /// The code is that of the first.
    static func troubles(_ troubles: [ServiceHealth.Trouble]) -> [UInt8] {
        let detail = troubles.map { "\($0.service): \($0.reason)" }.joined(separator: "; ")
        return error(troubles.first?.kind ?? .ownFault, detail)
    }

    private static func error(_ kind: ErrorKind, _ detail: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object {
            $0.member("error_code", kind.code)
            $0.member("desc", kind.summary.description)
            $0.member("detail", detail)
            $0.member("link", "\(ErrorAnswer.linkPrefix)\(kind.code)")
        }
        return writer.bytes
    }
}
