import HTTPCore
package import StreamsProxy

/// Everything that can happen to an exchange.
package enum ExchangeEvent: Sendable, CustomStringConvertible {
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

    package var description: String {
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

extension ExchangeEvent {
    /// An event as `bits` choose it, the beginning first as a rule. What moves an exchange on comes more often than what
    /// ends it, so that walks get far.
    package init(_ bits: UInt64, isBegun: Bool) {
        let flag = bits & 0x100 != 0
        if !isBegun, bits & 0x600 != 0 {
            self = .begin(isReplayable: flag, isComplete: bits & 0x800 != 0, asksUpgrade: bits & 0x1000 != 0)
            return
        }
        switch bits % 24 {
        case 0...4: self = .connected(isReused: bits & 0xE00 != 0)
        case 5...7: self = .head
        case 8...10: self = .upstreamClosed
        case 11, 12: self = .answerCompleted(isPersistent: flag)
        case 13: self = .interim(100)
        case 14: self = .interim(101)
        case 15: self = .interim(103)
        case 16, 17: self = .requestCompleted
        case 18: self = .answerBegan
        case 19, 20: self = .forbidUpgrade
        case 21: self = .connectFailed
        case 22: self = .fail(flag ? .silence : .requestTimeout)
        default: self = .clientGone
        }
    }
}

extension Exchange {
    /// Applies the event; nil where it asks for no action.
    package mutating func apply(_ event: ExchangeEvent) -> ExchangeAction? {
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
