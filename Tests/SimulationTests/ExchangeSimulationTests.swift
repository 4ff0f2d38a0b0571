import FuzzTargets
import SeededRandom
import StreamsProxy
import Testing

/// Random walks through exchanges: whatever the order of events, what an exchange promises must hold after each.
struct ExchangeSimulationTests {
    /// What went wrong; `seen` counts the actions of the walk.
    private static func walk(_ seed: UInt64, _ seen: inout [String: Int]) -> String? {
        var random = SeededRandom(seed)
        var exchange = Exchange()
        var witness = ExchangeWitness()
        var trace: [ExchangeEvent] = []
        for _ in 0..<24 {
            let event = ExchangeEvent(random.next(), isBegun: witness.isBegun)
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

    @Test func `What an exchange promises holds in every walk`() {
        var seen: [String: Int] = [:]
        let walks = Seeds.walk(100_000) { Self.walk($0, &seen) }
        guard walks >= 2000 else { return }
        // Walks that never get anywhere would prove nothing: each kind of action has come up.
        #expect(seen.count == 13)
        for (name, count) in seen { #expect(count > Int(walks) / 5000, "\(name)") }
    }
}
