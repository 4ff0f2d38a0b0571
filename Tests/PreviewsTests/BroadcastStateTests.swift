import HTTPCore
import Previews
import SeededRandom
import Testing

/// The states of a broadcast, row by row.
struct BroadcastStateTests {
    typealias Step = (seconds: Double, event: BroadcastEvent)

    static let times = BroadcastTimes(linger: seconds(3), reconnect: seconds(30))

    static func seconds(_ seconds: Double) -> Interval { Interval(nanoseconds: Int64(seconds * 1e9)) }
    static func at(_ time: Double) -> Instant { Instant(nanoseconds: 0).advanced(by: seconds(time)) }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Before the event, each a second after the other; `deadline` whenever it is.
        let before: [BroadcastEvent]
        let event: BroadcastEvent
        let actions: BroadcastActions
        let phase: BroadcastState.Phase

        init(
            _ name: String, _ before: [BroadcastEvent], _ event: BroadcastEvent,
            _ actions: BroadcastActions,
            _ phase: BroadcastState.Phase
        ) {
            testDescription = name
            self.before = before
            self.event = event
            self.actions = actions
            self.phase = phase
        }
    }

    static let live: [BroadcastEvent] = [.accepted, .picture]
    static let lingering = live + [.unwatched]
    static let away = live + [.lost]
    static let again = away + [.deadline]
    static let kept: [BroadcastEvent] = [.answered(isFinal: true)]
    static let barred: [BroadcastEvent] = [.unreadable]
    static let ending = live + [.drained]
    static let over: [BroadcastEvent] = [.unwatched]

    static let asking = [
        Row("a preview", [], .accepted, .accept, .watching(hasPictures: false)),
        Row("its first picture", [.accepted], .picture, .publish, .watching(hasPictures: true)),
        Row("another answer", [], .answered(isFinal: false), [.answer, .close], .kept),
        Row("a final answer", [], .answered(isFinal: true), [.answer, .close], .kept),
        Row("nothing to be shared", [], .unreadable, .unshare, .barred),
        Row(
            "nothing to be read behind our head", [.accepted], .unreadable, [.close, .cutEnded], .barred),
        Row("no connection", [], .lost, [.answer, .close], .kept),
        Row("nobody waits any more", [], .unwatched, [.close, .leaveIfUnwatched], .over),
        Row("somebody else waits too", [], .watched, [], .asking),
        Row(
            "nobody waits for its pictures", [.accepted], .unwatched, [.close, .leaveIfUnwatched], .over),
        Row("another address while asking", [], .changed, [.close, .connect], .asking),
        Row("the end while asking", [], .drained, [.close, .answer, .leave], .over),
        Row("the end before a picture", [.accepted], .drained, [.close, .finish, .leave], .over),
        Row("no picture out of nothing", [], .picture, [], .asking),
        Row("no deadline out of nothing", [], .deadline, [], .asking),
    ]
    static let watching = [
        Row("a picture", live, .picture, .publish, .watching(hasPictures: true)),
        Row("the last one leaves", live, .unwatched, [], .lingering),
        Row("the source closes", live, .lost, [.close, .tellLost], .away),
        Row("the source closes before a picture", [.accepted], .lost, [.close, .tellLost], .away),
        Row("the source becomes unreadable", live, .unreadable, [.close, .tellLost], .away),
        Row("the stream is replaced", live, .changed, [.close, .tellLost], .away),
        Row("the end", live, .drained, [], .ending),
        Row("a second head", live, .accepted, [], .watching(hasPictures: true)),
        Row("a picture for nobody", lingering, .picture, .publish, .lingering),
        Row("somebody comes back", lingering, .watched, [], .watching(hasPictures: true)),
        Row("nobody comes back", lingering, .deadline, [.close, .leaveIfUnwatched], .over),
        Row("the source closes, nobody sees it", lingering, .lost, [.close, .leaveIfUnwatched], .over),
        Row("replaced, nobody sees it", lingering, .changed, [.close, .leaveIfUnwatched], .over),
        Row("the end, nobody sees it", lingering, .drained, [.close, .leaveIfUnwatched], .over),
    ]
    static let lost = [
        Row("it is time", away, .deadline, .connect, .again),
        Row(
            "back with a picture", again + [.accepted], .picture, .publish, .watching(hasPictures: true)),
        Row("its head alone", again, .accepted, [], .again),
        Row("gone", again, .answered(isFinal: true), [.cutEnded, .close], .kept),
        Row("not well yet", again, .answered(isFinal: false), .close, .away),
        Row("no connection again", again, .lost, .close, .away),
        Row("unreadable again", again, .unreadable, .close, .away),
        Row("nobody is left", again, .unwatched, [.close, .leaveIfUnwatched], .over),
        Row("nobody is left, no connection", away, .unwatched, .leaveIfUnwatched, .over),
        Row("replaced while away", away, .changed, [], .away),
        Row("replaced while asked again", again, .changed, .close, .away),
        Row("the end while away", away, .drained, [.finish, .leave], .over),
        Row("the end while asked again", again, .drained, [.close, .finish, .leave], .over),
        Row("a late picture of the lost source", away, .picture, [], .away),
    ]
    static let last = [
        Row("one more picture", ending, .picture, [.close, .finish, .leave], .over),
        Row("no more picture", ending, .deadline, [.close, .finish, .leave], .over),
        Row("the source closes first", ending, .lost, [.close, .finish, .leave], .over),
        Row("nobody sees the end", ending, .unwatched, [.close, .leaveIfUnwatched], .over),
        Row("the answer is kept", kept, .watched, [], .kept),
        Row("and forgotten", kept, .deadline, .leaveIfUnwatched, .over),
        Row("nobody waits for the answer any more", kept, .unwatched, [], .kept),
        Row("an answer to what has changed", kept, .changed, .leaveIfUnwatched, .over),
        Row("barred", barred, .watched, [], .barred),
        Row("no longer barred", barred, .deadline, .leaveIfUnwatched, .over),
        Row("what has changed may be a preview now", barred, .changed, .leaveIfUnwatched, .over),
        Row("the end of what is kept", kept, .drained, .leaveIfUnwatched, .over),
        Row("somebody came just then", over, .watched, .connect, .asking),
        Row("over", over, .picture, [], .over),
        Row("over twice", over, .unwatched, [], .over),
        Row("lost and over", over, .lost, [], .over),
    ]

    static func state(_ events: [BroadcastEvent]) -> (state: BroadcastState, now: Double) {
        var random = SeededRandom(1)
        var (state, actions) = BroadcastState.beginning(times, at: at(0))
        #expect(actions == .connect)
        var now = 0.0
        for event in events {
            now += 1
            if event == .deadline, let deadline = state.deadline {
                now = Double(deadline.nanoseconds) / 1e9 + 0.001
            }
            _ = state.handle(event, at: at(now), &random)
        }
        return (state, now)
    }

    @Test(arguments: asking + watching + lost + last)
    func `Each event has its actions`(_ row: Row) {
        var random = SeededRandom(1)
        var (state, now) = Self.state(row.before)
        if row.event == .deadline, let deadline = state.deadline {
            now = Double(deadline.nanoseconds) / 1e9
        }
        #expect(state.handle(row.event, at: Self.at(now), &random) == row.actions)
        #expect(state.phase == row.phase)
    }

    @Test(
        arguments: [
            ([], BroadcastWelcome.wait), ([.accepted], .head), (live, .head), (lingering, .head),
            (away, .head),
            (again, .head), (ending, .head), (kept, .answer), (barred, .unshared), (over, .wait),
        ] as [([BroadcastEvent], BroadcastWelcome)])
    func `Whoever comes gets what there is`(_ events: [BroadcastEvent], _ welcome: BroadcastWelcome) {
        #expect(Self.state(events).state.welcome == welcome)
    }

    @Test func `A deadline that has not come does nothing`() {
        var random = SeededRandom(1)
        for events in [Self.lingering, Self.away, Self.kept, Self.barred, Self.ending] {
            var (state, now) = Self.state(events)
            let phase = state.phase
            #expect(state.handle(.deadline, at: Self.at(now), &random).isEmpty && state.phase == phase)
        }
    }

    @Test(
        arguments: [
            (lingering, 3), (kept, 0.5), (barred, 30), (ending, 1), (live, nil), ([], nil), (over, nil),
        ] as [([BroadcastEvent], Double?)])
    func `Deadlines are those of the times`(_ events: [BroadcastEvent], _ wait: Double?) {
        let (state, now) = Self.state(events)
        #expect(state.deadline == wait.map { Self.at(now + $0) })
    }

    // MARK: Asking again

    /// When a source that is lost at 0 is asked again, if each attempt fails within a millisecond; and when it is given up.
    private static func attempts(seed: UInt64) -> (attempts: [Double], end: Double) {
        var random = SeededRandom(seed)
        var (state, _) = Self.state(Self.live)
        let start = 100.0
        _ = state.handle(.lost, at: Self.at(start), &random)
        var attempts: [Double] = []
        while let deadline = state.deadline {
            let actions = state.handle(.deadline, at: deadline, &random)
            let time = Double(deadline.nanoseconds) / 1e9 - start
            if actions.contains(.cutLost) { return (attempts, time) }
            #expect(actions == .connect)
            attempts.append(time)
            _ = state.handle(.lost, at: deadline.advanced(by: Self.seconds(0.001)), &random)
        }
        return (attempts, .nan)
    }

    @Test func `A lost source is asked often at first, then seldom, and given up`() {
        for seed in 0..<200 {
            let (attempts, end) = Self.attempts(seed: UInt64(seed))
            #expect(end == 30 && attempts.count <= 11 && attempts.count >= 8)
            let gaps = zip([0] + attempts, attempts).map { $1 - $0 }
            #expect(gaps.allSatisfy { $0 >= 0.25 && $0 <= 6.01 })
            // Away for less than two seconds: found within one.
            #expect(zip(gaps, [0] + attempts).allSatisfy { $1 >= 2 || $0 <= 1 })
        }
        #expect(Self.attempts(seed: 1).attempts != Self.attempts(seed: 2).attempts)
    }

    /// Accepts, sends a picture and closes, over and over.
    @Test func `Short success does not begin the pace anew, ten seconds of pictures do`() {
        var random = SeededRandom(5)
        var (state, _) = Self.state([])
        var (time, last) = (0.0, 0.0)
        for _ in 0..<30 {
            for event in [BroadcastEvent.accepted, .picture, .lost] {
                _ = state.handle(event, at: Self.at(time), &random)
            }
            guard let deadline = state.deadline, state.phase == .away else {
                Issue.record("given up although pictures come")
                return
            }
            time = Double(deadline.nanoseconds) / 1e9
            #expect(state.handle(.deadline, at: deadline, &random) == .connect)
            if last > 10 { #expect(time - last >= 4) }
            last = time
        }
        _ = state.handle(.picture, at: Self.at(time), &random)
        _ = state.handle(.picture, at: Self.at(time + 9.9), &random)
        _ = state.handle(.lost, at: Self.at(time + 10), &random)
        #expect(state.deadline.map { $0 < Self.at(time + 10.5) } == true)
    }

    @Test func `What has changed is asked at once, but never twice within a quarter of a second`() {
        var random = SeededRandom(5)
        var (state, now) = Self.state(Self.live)
        _ = state.handle(.changed, at: Self.at(now), &random)
        #expect(state.deadline == Self.at(now))
        _ = state.handle(.deadline, at: Self.at(now), &random)
        _ = state.handle(.changed, at: Self.at(now + 0.1), &random)
        #expect(state.deadline == Self.at(now + 0.25))
    }

    @Test func `Without a time to reconnect a lost source is the end`() {
        var random = SeededRandom(5)
        var (state, _) = BroadcastState.beginning(
            BroadcastTimes(linger: Self.seconds(0), reconnect: Self.seconds(0)), at: Self.at(0))
        for event in Self.live { _ = state.handle(event, at: Self.at(1), &random) }
        #expect(state.handle(.lost, at: Self.at(2), &random) == [.close, .cutLost, .leave])
    }

    @Test func `What is taken over from another worker has its heads out`() {
        var random = SeededRandom(5)
        var (state, actions) = BroadcastState.beginning(Self.times, isKnown: true, at: Self.at(0))
        #expect(actions == .connect && state.welcome == .head)
        #expect(state.handle(.accepted, at: Self.at(1), &random).isEmpty)
        #expect(state.handle(.picture, at: Self.at(1), &random) == .publish)
    }
}
