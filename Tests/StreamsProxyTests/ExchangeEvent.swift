import HTTPCore
import StreamsProxy

/// Everything that can happen to an exchange.
enum ExchangeEvent: Sendable, CustomStringConvertible {
    case begin(isReplayable: Bool = true, isComplete: Bool = true, asksUpgrade: Bool = false)
    case connected(isReused: Bool)
    case connectFailed
    case forbidUpgrade
    case requestCompleted
    case answerBegan
    case interim(Int)
    case head
    case answerCompleted(isPersistent: Bool)
    case upstreamClosed
    case fail(UpstreamFailure)
    case clientGone

    var description: String {
        switch self {
        case .begin(let isReplayable, let isComplete, let asksUpgrade):
            "begin, \(isReplayable ? "replayable" : "not replayable")\(isComplete ? "" : ", incomplete")"
                + (asksUpgrade ? ", asks upgrade" : "")
        case .connected(let isReused): isReused ? "pooled connection" : "fresh connection"
        case .connectFailed: "connect failed"
        case .forbidUpgrade: "forbid upgrade"
        case .requestCompleted: "request completed"
        case .answerBegan: "answer began"
        case .interim(let status): "interim \(status)"
        case .head: "head"
        case .answerCompleted(let isPersistent): isPersistent ? "answer completed" : "answer completed, last"
        case .upstreamClosed: "upstream closed"
        case .fail(let failure): "fail \(failure)"
        case .clientGone: "client gone"
        }
    }
}

extension Exchange {
    /// Applies the event; nil where it asks for no action.
    mutating func apply(_ event: ExchangeEvent) -> ExchangeAction? {
        switch event {
        case .begin(let isReplayable, let isComplete, let asksUpgrade):
            return begin(isReplayable: isReplayable, isRequestComplete: isComplete, asksUpgrade: asksUpgrade)
        case .connected(let isReused): return connected(isReused: isReused)
        case .connectFailed: return connectFailed(.unreachable)
        case .forbidUpgrade: forbidUpgrade()
        case .requestCompleted: requestCompleted()
        case .answerBegan: answerBegan()
        case .interim(let status): return received(interim: status)
        case .head: return receivedHead()
        case .answerCompleted(let isPersistent): return answerCompleted(isPersistent: isPersistent)
        case .upstreamClosed: return upstreamClosed()
        case .fail(let failure): return fail(failure)
        case .clientGone: return clientGone()
        }
        return nil
    }
}
