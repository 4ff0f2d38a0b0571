import HTTPCore
import StreamsProxy
import Testing

/// Random walks through exchanges: whatever the order of events, what an exchange promises must hold after each.
struct ExchangeSimulationTests {
    /// What a walk has seen so far, kept apart from the exchange to judge it by.
    private struct Witness {
        var isBegun = false
        var isReplayable = false
        var isComplete = false
        var mayUpgrade = false
        var isReused = false
        var hasSeenAnswer = false
        var isDone = false
        var connects = 0
        var sends = 0
        var answers = 0
        var isHeadOut = false
        var isTunnel = false

        mutating func note(_ event: ExchangeEvent) {
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
        mutating func judge(_ action: ExchangeAction, to event: ExchangeEvent) -> String? {
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

    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }
    }

    private static func event(_ random: inout Generator, isBegun: Bool) -> ExchangeEvent {
        let bits = random.next()
        let flag = bits & 0x100 != 0
        if !isBegun, bits & 0x600 != 0 {
            return .begin(isReplayable: flag, isComplete: bits & 0x800 != 0, asksUpgrade: bits & 0x1000 != 0)
        }
        // What moves an exchange on comes more often than what ends it, so that walks get far.
        switch bits % 24 {
        case 0...4: return .connected(isReused: bits & 0xE00 != 0)
        case 5...7: return .head
        case 8...10: return .upstreamClosed
        case 11, 12: return .answerCompleted(isPersistent: flag)
        case 13: return .interim(100)
        case 14: return .interim(101)
        case 15: return .interim(103)
        case 16, 17: return .requestCompleted
        case 18: return .answerBegan
        case 19: return .forbidUpgrade
        case 20: return .forbidUpgrade
        case 21: return .connectFailed
        case 22: return .fail(flag ? .silence : .requestTimeout)
        default: return .clientGone
        }
    }

    /// What went wrong, and which actions the walk saw.
    private static func walk(_ seed: UInt64, _ seen: inout [String: Int]) -> String? {
        var random = Generator(state: seed)
        var exchange = Exchange()
        var witness = Witness()
        var trace: [ExchangeEvent] = []
        for _ in 0..<24 {
            let event = event(&random, isBegun: witness.isBegun)
            trace.append(event)
            witness.note(event)
            guard let action = exchange.apply(event) else { continue }
            seen[name(of: action), default: 0] += 1
            if let fault = witness.judge(action, to: event) { return "\(fault): \(trace) → \(action)" }
            if witness.isDone != exchange.isDone { return "the end is not where it seems: \(trace) → \(action)" }
        }
        return nil
    }

    private static func name(of action: ExchangeAction) -> String {
        switch action {
        case .wait: "wait"
        case .connect(let isFresh): isFresh ? "connect fresh" : "connect"
        case .sendRequest: "send"
        case .relayInterim: "interim"
        case .relayHead: "head"
        case .openTunnel: "tunnel"
        case .finish(let keepsUpstream): keepsUpstream ? "finish and keep" : "finish"
        case .respond: "respond"
        case .cut: "cut"
        case .closeTunnel: "close tunnel"
        case .abandon: "abandon"
        }
    }

    @Test func `What an exchange promises holds in 40000 random walks`() {
        var seen: [String: Int] = [:]
        for seed in 0..<40_000 as Range<UInt64> {
            if let fault = Self.walk(seed, &seen) {
                Issue.record("seed \(seed): \(fault)")
                return
            }
        }
        // Walks that never get anywhere would prove nothing: each kind of action has come up often.
        #expect(seen.count == 13)
        for (name, count) in seen { #expect(count > 20, "\(name)") }
    }
}
