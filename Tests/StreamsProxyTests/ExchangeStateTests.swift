import FuzzTargets
import HTTPCore
import StreamsProxy
import Testing

/// Every state against every event, the impossible ones too: none may trap, or answer twice.
struct ExchangeStateTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let prelude: [ExchangeEvent]
        let state: Exchange.State
        /// By event, in the order of `events`: the action, and the state after it where it is another.
        let outcomes: [(action: ExchangeAction, next: Exchange.State?)]
        var testDescription: String { "\(state)" }
    }

    static let events: [ExchangeEvent] = [
        .connected(isReused: false), .connectFailed, .interim(100), .interim(103), .interim(101), .head,
        .answerCompleted(isPersistent: true), .upstreamClosed, .fail(.silence), .clientGone,
    ]

    private static let malformed = UpstreamFailure.unreadable(.malformedStatusLine)

    private static let rows: [Row] = [
        Row(
            prelude: [], state: .new,
            outcomes: [
                (.abandon, nil), (.wait, nil), (.wait, nil), (.wait, nil), (.wait, nil), (.wait, nil), (.wait, nil),
                (.wait, nil), (.wait, nil), (.wait, nil),
            ]),
        Row(
            prelude: [.begin()], state: .connecting,
            outcomes: [
                (.sendRequest, .awaitingHead(isReused: false)), (.respond(.unreachable), .done),
                (.respond(malformed), .done), (.respond(malformed), .done), (.respond(malformed), .done),
                (.respond(malformed), .done), (.respond(malformed), .done), (.respond(.disconnected), .done),
                (.respond(.silence), .done), (.abandon, .done),
            ]),
        Row(
            prelude: [.begin(), .connected(isReused: false)], state: .awaitingHead(isReused: false),
            outcomes: [
                (.abandon, nil), (.wait, nil), (.wait, nil), (.relayInterim, nil), (.respond(.unaskedUpgrade), .done),
                (.relayHead, .relaying), (.respond(malformed), .done), (.respond(.disconnected), .done),
                (.respond(.silence), .done), (.abandon, .done),
            ]),
        Row(
            prelude: [.begin(), .connected(isReused: true)], state: .awaitingHead(isReused: true),
            outcomes: [
                (.abandon, nil), (.wait, nil), (.wait, nil), (.relayInterim, nil), (.respond(.unaskedUpgrade), .done),
                (.relayHead, .relaying), (.respond(malformed), .done), (.connect(isFresh: true), .connecting),
                (.respond(.silence), .done), (.abandon, .done),
            ]),
        Row(
            prelude: [.begin(), .connected(isReused: true), .head], state: .relaying,
            outcomes: [
                (.abandon, nil), (.wait, nil), (.cut(malformed), .done), (.cut(malformed), .done),
                (.cut(malformed), .done), (.cut(malformed), .done), (.finish(keepsUpstream: true), .done),
                (.cut(.disconnected), .done), (.cut(.silence), .done), (.abandon, .done),
            ]),
        Row(
            prelude: [.begin(asksUpgrade: true), .connected(isReused: false), .interim(101)], state: .tunnel,
            outcomes: [
                (.abandon, nil), (.wait, nil), (.cut(malformed), .done), (.cut(malformed), .done),
                (.cut(malformed), .done), (.cut(malformed), .done), (.cut(malformed), .done), (.closeTunnel, .done),
                (.cut(.silence), .done), (.abandon, .done),
            ]),
        // A connection that comes too late must be closed; nothing else is to be done any more.
        Row(
            prelude: [.begin(), .clientGone], state: .done,
            outcomes: [
                (.abandon, nil), (.wait, nil), (.wait, nil), (.wait, nil), (.wait, nil), (.wait, nil), (.wait, nil),
                (.wait, nil), (.wait, nil), (.wait, nil),
            ]),
    ]

    @Test(arguments: rows)
    func `A state answers every event`(_ row: Row) {
        #expect(row.outcomes.count == Self.events.count)
        for (event, outcome) in zip(Self.events, row.outcomes) {
            var exchange = Exchange()
            for step in row.prelude { _ = exchange.apply(step) }
            let before = exchange.state
            #expect(before == row.state)
            let action = exchange.apply(event)
            #expect(action == outcome.action, "\(event)")
            let after = exchange.state
            #expect(after == outcome.next ?? row.state, "\(event)")
        }
    }

    @Test(arguments: rows)
    func `Notes without an action change no state`(_ row: Row) {
        for event in [ExchangeEvent.forbidUpgrade, .requestCompleted, .answerBegan] {
            var exchange = Exchange()
            for step in row.prelude { _ = exchange.apply(step) }
            let action = exchange.apply(event)
            let after = exchange.state
            #expect(action == nil && after == row.state, "\(event)")
        }
    }

    @Test(arguments: rows)
    func `The questions about the state agree with it`(_ row: Row) {
        var exchange = Exchange()
        for step in row.prelude { _ = exchange.apply(step) }
        let answers = [
            exchange.isNew, exchange.isConnecting, exchange.isAwaitingHead, exchange.isRelaying, exchange.isDone,
        ]
        let isAwaiting = row.state == .awaitingHead(isReused: true) || row.state == .awaitingHead(isReused: false)
        let expected = [
            row.state == .new, row.state == .connecting, isAwaiting, row.state == .relaying, row.state == .done,
        ]
        #expect(answers == expected)
    }
}
