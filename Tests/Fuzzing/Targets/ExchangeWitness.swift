package import StreamsProxy

/// What a walk has seen so far, kept apart from the exchange to judge it by.
package struct ExchangeWitness {
    package private(set) var isBegun = false
    private var isReplayable = false
    private var isComplete = false
    private var mayUpgrade = false
    private var isReused = false
    private var hasSeenAnswer = false
    package private(set) var isDone = false
    private var connects = 0
    private var sends = 0
    private var answers = 0
    private var isHeadOut = false
    private var isTunnel = false

    package init() {}

    package mutating func note(_ event: ExchangeEvent) {
        switch event {
        case .begin(let isReplayable, let isComplete, let asksUpgrade):
            isBegun = true
            self.isReplayable = isReplayable
            self.isComplete = isComplete
            mayUpgrade = asksUpgrade
        case .connected(let isReused): if sends < connects { self.isReused = isReused }
        case .forbidUpgrade: mayUpgrade = false
        case .requestCompleted: isComplete = true
        case .answerBegan, .interim, .head: if sends > 0 { hasSeenAnswer = true }
        case .connectFailed, .answerCompleted, .upstreamClosed, .fail, .clientGone: break
        }
    }

    /// What is wrong with doing this now, if anything.
    package mutating func judge(_ action: ExchangeAction, to event: ExchangeEvent) -> String? {
        if action == .wait { return nil }
        // The one thing left to do after the end: closing a connection that came too late.
        if case .connected = event, action == .abandon { return nil }
        if !isBegun { return "acts before it began" }
        if isDone { return "acts after its end" }
        switch action {
        case .wait: break
        case .connect(let isFresh):
            connects += 1
            if connects > 2 { return "connects a third time" }
            if connects == 1, isFresh == isReplayable { return "a first connection of the wrong kind" }
            if connects == 2 {
                if !isFresh { return "retries on a pooled connection" }
                if !isReplayable || !isReused || hasSeenAnswer { return "retries without a right to" }
            }
        case .sendRequest:
            sends += 1
            if sends > connects { return "sends without a connection" }
        case .relayInterim: if sends == 0 || isHeadOut { return "an interim answer out of place" }
        case .relayHead:
            answers += 1
            isHeadOut = true
            if sends == 0 { return "an answer to nothing" }
        case .openTunnel:
            answers += 1
            isTunnel = true
            if !mayUpgrade || !isComplete { return "a tunnel nobody asked for" }
        case .respond:
            answers += 1
            isDone = true
        case .finish(let keepsUpstream):
            isDone = true
            if !isHeadOut { return "ends an answer that never began" }
            if keepsUpstream, !isComplete { return "keeps a connection with half a request in it" }
            guard case .answerCompleted(let isPersistent) = event else { return "ends before the answer does" }
            if keepsUpstream, !isPersistent { return "keeps a connection that can't be used again" }
        case .cut:
            isDone = true
            if !isHeadOut, !isTunnel { return "cuts where it could still answer" }
        case .closeTunnel:
            isDone = true
            if !isTunnel { return "closes no tunnel" }
        case .abandon: isDone = true
        }
        return answers > 1 ? "answers twice" : nil
    }
}
