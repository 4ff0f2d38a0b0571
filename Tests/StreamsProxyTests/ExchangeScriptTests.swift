import FuzzTargets
import HTTPCore
import StreamsProxy
import Testing

struct ExchangeScriptTests {
    struct Step: Sendable {
        let event: ExchangeEvent
        let action: ExchangeAction?

        init(_ event: ExchangeEvent, _ action: ExchangeAction? = nil) {
            self.event = event
            self.action = action
        }
    }

    struct Script: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let steps: [Step]

        init(_ name: String, _ steps: Step...) {
            self.init(name, steps)
        }

        init(_ name: String, _ steps: [Step]) {
            testDescription = name
            self.steps = steps
        }
    }

    private static let begun = Step(.begin(), .connect(isFresh: false))
    private static let pooled = Step(.connected(isReused: true), .sendRequest)
    private static let fresh = Step(.connected(isReused: false), .sendRequest)
    private static let unreadable = UpstreamFailure.unreadable(.malformedChunk)

    private static let ordinary: [Script] = [
        Script(
            "a call over a pooled connection", begun, pooled, Step(.answerBegan), Step(.head, .relayHead),
            Step(.answerCompleted(isPersistent: true), .finish(keepsUpstream: true)), Step(.clientGone, .wait)),
        Script(
            "an answer that ends its connection", begun, fresh, Step(.head, .relayHead),
            Step(.answerCompleted(isPersistent: false), .finish(keepsUpstream: false))),
        Script(
            "a request that can't be replayed gets a fresh connection",
            Step(.begin(isReplayable: false), .connect(isFresh: true)), fresh, Step(.head, .relayHead)),
        Script(
            "interim answers before the final one", begun, fresh, Step(.interim(100), .wait),
            Step(.interim(103), .relayInterim), Step(.interim(102), .relayInterim), Step(.head, .relayHead)),
        Script("as many interim answers as may come", endless + [Step(.head, .relayHead)]),
        Script(
            "an upload", Step(.begin(isReplayable: false, isComplete: false), .connect(isFresh: true)), fresh,
            Step(.requestCompleted), Step(.head, .relayHead),
            Step(.answerCompleted(isPersistent: true), .finish(keepsUpstream: true))),
        // CVE-2024-24791: the rest of the request is still in that connection.
        Script(
            "an answer before the upload's end costs the connection",
            Step(.begin(isReplayable: false, isComplete: false), .connect(isFresh: true)), fresh,
            Step(.head, .relayHead), Step(.answerCompleted(isPersistent: true), .finish(keepsUpstream: false))),
        Script(
            "an upload that ends while the answer comes",
            Step(.begin(isReplayable: false, isComplete: false), .connect(isFresh: true)), fresh,
            Step(.head, .relayHead), Step(.requestCompleted),
            Step(.answerCompleted(isPersistent: true), .finish(keepsUpstream: true))),
    ]

    private static let endless =
        [begun, fresh] + [Step](repeating: Step(.interim(103), .relayInterim), count: Exchange.interimMaximum)

    private static let failures: [Script] = [
        Script("one interim answer too many", endless + [Step(.interim(103), .respond(.tooManyInterimAnswers))]),
        Script("100 counts as well", endless + [Step(.interim(100), .respond(.tooManyInterimAnswers))]),
        Script("nobody listens", begun, Step(.connectFailed, .respond(.unreachable)), Step(.connectFailed, .wait)),
        Script(
            "connecting takes too long", begun, Step(.fail(.connectTimeout), .respond(.connectTimeout)),
            Step(.connected(isReused: false), .abandon)),
        Script("no answer in time", begun, fresh, Step(.fail(.requestTimeout), .respond(.requestTimeout))),
        Script(
            "silence within the answer", begun, fresh, Step(.head, .relayHead), Step(.fail(.silence), .cut(.silence)),
            Step(.upstreamClosed, .wait)),
        Script("an unreadable head", begun, fresh, Step(.answerBegan), Step(.fail(unreadable), .respond(unreadable))),
        Script("unreadable content", begun, fresh, Step(.head, .relayHead), Step(.fail(unreadable), .cut(unreadable))),
        Script(
            "half an answer is cut, not ended", begun, pooled, Step(.answerBegan), Step(.head, .relayHead),
            Step(.upstreamClosed, .cut(.disconnected))),
        Script(
            "the client goes while connecting", begun, Step(.clientGone, .abandon),
            Step(.connected(isReused: true), .abandon)),
        Script("the client goes while waiting", begun, fresh, Step(.clientGone, .abandon), Step(.head, .wait)),
        Script("the client goes within the answer", begun, fresh, Step(.head, .relayHead), Step(.clientGone, .abandon)),
    ]

    private static let upgrading = Step(.begin(isReplayable: false, asksUpgrade: true), .connect(isFresh: true))
    private static let tunnels: [Script] = [
        Script(
            "a tunnel opens on the upstream's 101", upgrading, fresh, Step(.interim(101), .openTunnel),
            Step(.upstreamClosed, .closeTunnel)),
        Script(
            "a tunnel whose client goes", upgrading, fresh, Step(.interim(101), .openTunnel),
            Step(.clientGone, .abandon)),
        Script(
            "a silent tunnel", upgrading, fresh, Step(.interim(101), .openTunnel), Step(.fail(.silence), .cut(.silence))
        ),
        // CVE-2026-2833: until 101 it is one request and one answer.
        Script(
            "an upgrade refused is an ordinary answer", upgrading, fresh, Step(.head, .relayHead),
            Step(.answerCompleted(isPersistent: true), .finish(keepsUpstream: true))),
        Script("101 unasked", begun, fresh, Step(.interim(101), .respond(.unaskedUpgrade))),
        Script(
            "101 to another protocol", upgrading, fresh, Step(.forbidUpgrade),
            Step(.interim(101), .respond(.unaskedUpgrade))),
        Script(
            "101 before the request's end",
            Step(.begin(isReplayable: false, isComplete: false, asksUpgrade: true), .connect(isFresh: true)), fresh,
            Step(.interim(101), .respond(.unaskedUpgrade))),
        Script(
            "101 after another interim answer", upgrading, fresh, Step(.interim(103), .relayInterim),
            Step(.interim(101), .openTunnel)),
    ]

    private static let again = ExchangeAction.connect(isFresh: true)
    private static let lost = ExchangeAction.respond(.disconnected)
    private static let retries: [Script] = [
        Script(
            "a pooled connection closed under a replayable request", begun, pooled, Step(.upstreamClosed, again), fresh,
            Step(.head, .relayHead), Step(.answerCompleted(isPersistent: true), .finish(keepsUpstream: true))),
        Script("no second retry", begun, pooled, Step(.upstreamClosed, again), pooled, Step(.upstreamClosed, lost)),
        Script("not on a fresh connection", begun, fresh, Step(.upstreamClosed, lost)),
        Script("not once an answer began", begun, pooled, Step(.answerBegan), Step(.upstreamClosed, lost)),
        Script("not after 100", begun, pooled, Step(.interim(100), .wait), Step(.upstreamClosed, lost)),
        Script("not after 103", begun, pooled, Step(.interim(103), .relayInterim), Step(.upstreamClosed, lost)),
        Script(
            "not what can't be replayed", Step(.begin(isReplayable: false), .connect(isFresh: true)), pooled,
            Step(.upstreamClosed, lost)),
        Script(
            "not after a timeout", begun, pooled, Step(.fail(.silence), .respond(.silence)),
            Step(.upstreamClosed, .wait)),
        Script(
            "the retry finds nobody", begun, pooled, Step(.upstreamClosed, again),
            Step(.connectFailed, .respond(.unreachable))),
        Script(
            "the client goes during the retry", begun, pooled, Step(.upstreamClosed, again), Step(.clientGone, .abandon)
        ),
    ]

    @Test(arguments: ordinary + failures + tunnels + retries)
    func `The exchange acts as the script says`(_ script: Script) {
        var exchange = Exchange()
        for (index, step) in script.steps.enumerated() {
            let action = exchange.apply(step.event)
            #expect(action == step.action, "step \(index): \(step.event)")
        }
    }
}
