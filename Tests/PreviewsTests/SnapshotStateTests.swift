import HTTPCore
import Previews
import SeededRandom
import Testing

/// Snapshots: one question for all who ask at once, one moment of memory.
struct SnapshotStateTests {
    static func at(_ milliseconds: Int) -> Instant {
        Instant(nanoseconds: 1_000_000_000 + Int64(milliseconds) * 1_000_000)
    }
    static func state(_ milliseconds: Int = 250) -> SnapshotState {
        SnapshotState(lifetime: Interval(nanoseconds: Int64(milliseconds) * 1_000_000))
    }

    /// Asks, and begins the question if one is wanted.
    static func ask(
        _ state: inout SnapshotState, wantsNew: Bool = false, live: Instant? = nil, _ time: Int
    ) -> (SnapshotState.Step, isAsked: Bool) {
        let step = state.ask(wantsNew: wantsNew, live: live, at: at(time))
        guard state.needsQuestion else { return (step, false) }
        state.begin()
        return (step, true)
    }

    static func ticket(_ step: SnapshotState.Step) -> SnapshotState.Ticket? {
        if case .wait(let ticket) = step { ticket } else { nil }
    }

    @Test func `Two hundred who ask at once make one question`() throws {
        var state = Self.state()
        var tickets: [SnapshotState.Ticket] = []
        for number in 0..<200 {
            let (step, isAsked) = Self.ask(&state, number / 4)
            #expect(isAsked == (number == 0))
            tickets.append(try #require(Self.ticket(step)))
        }
        let end = state.finish(isKept: true, at: Self.at(80))
        #expect(!end.asksAgain && tickets.allSatisfy { end.serves($0) })
        #expect(Self.ask(&state, 330).0 == .serveKept)
        #expect(Self.ask(&state, 331).isAsked)
    }

    @Test func `An error is for those who wait, and not kept`() {
        var state = Self.state()
        _ = Self.ask(&state, 0)
        _ = state.finish(isKept: false, at: Self.at(10))
        #expect(Self.ask(&state, 11).isAsked)
    }

    @Test func `Whoever wants a new one never gets what was asked before`() throws {
        var state = Self.state()
        _ = Self.ask(&state, 0)
        _ = state.finish(isKept: true, at: Self.at(10))
        let (first, isFirstAsked) = Self.ask(&state, wantsNew: true, live: Self.at(20), 20)
        #expect(isFirstAsked)
        // A question is under way that was asked before this request came.
        let (second, isSecondAsked) = Self.ask(&state, wantsNew: true, 30)
        let (third, _) = Self.ask(&state, wantsNew: true, 31)
        #expect(!isSecondAsked && second == third && second != first)
        // Who takes what is kept gets it meanwhile.
        #expect(Self.ask(&state, 35).0 == .serveKept)
        let (early, late) = (try #require(Self.ticket(first)), try #require(Self.ticket(third)))
        let end = state.finish(isKept: true, at: Self.at(40))
        #expect(end.asksAgain && end.serves(early) && !end.serves(late))
        state.begin()
        let last = state.finish(isKept: true, at: Self.at(60))
        #expect(last.serves(late) && !last.asksAgain)
    }

    @Test func `The leader may go, and the last one ends the question`() throws {
        var state = Self.state()
        let leader = try #require(Self.ticket(Self.ask(&state, 0).0))
        let other = try #require(Self.ticket(Self.ask(&state, 1).0))
        let later = try #require(Self.ticket(Self.ask(&state, wantsNew: true, 2).0))
        var isGivenUp = state.leave(leader)
        #expect(!isGivenUp)
        isGivenUp = state.leave(other)
        #expect(isGivenUp)
        #expect(state.needsQuestion, "somebody waits for the next one")
        state.begin()
        isGivenUp = state.leave(later)
        #expect(isGivenUp && !state.needsQuestion)
        #expect(state.isIdle(at: Self.at(3)))
    }

    @Test func `A picture of the running broadcast, if it is young`() {
        var state = Self.state()
        #expect(Self.ask(&state, live: Self.at(0), 250).0 == .serveLive)
        #expect(Self.ask(&state, live: Self.at(0), 251).isAsked)
    }

    @Test func `Without a lifetime nothing is kept, but questions are shared`() {
        var state = Self.state(0)
        #expect(Self.ask(&state, live: Self.at(0), 0).isAsked)
        #expect(!Self.ask(&state, 0).isAsked)
        _ = state.finish(isKept: true, at: Self.at(1))
        #expect(Self.ask(&state, 1).isAsked)
    }

    @Test func `The age is told in whole seconds`() {
        var state = Self.state(5000)
        #expect(state.age(at: Self.at(0)) == 0)
        _ = Self.ask(&state, 0)
        _ = state.finish(isKept: true, at: Self.at(100))
        #expect(state.age(at: Self.at(1099)) == 0 && state.age(at: Self.at(1100)) == 1)
        #expect(!state.isIdle(at: Self.at(5000)) && state.isIdle(at: Self.at(5101)))
        state.dropKept()
        #expect(Self.ask(&state, 200).isAsked)
    }

    /// Never two questions, and each who waits is served by a question that was asked for it or later.
    @Test func `At random nobody waits for ever`() throws {
        for seed in 0..<300 {
            var random = SeededRandom(UInt64(seed))
            var state = Self.state()
            var waiting: [SnapshotState.Ticket] = []
            var isAsked = false
            for time in 0..<400 {
                switch Int.random(in: 0..<5, using: &random) {
                case 0, 1, 2:
                    let step = state.ask(wantsNew: random.once(in: 3), live: nil, at: Self.at(time * 20))
                    if let ticket = Self.ticket(step) { waiting.append(ticket) }
                case 3:
                    guard let index = waiting.indices.randomElement(using: &random) else { break }
                    if state.leave(waiting.remove(at: index)) { isAsked = false }
                default:
                    guard isAsked else { break }
                    let end = state.finish(isKept: random.once(in: 2), at: Self.at(time * 20))
                    waiting.removeAll { end.serves($0) }
                    #expect(end.asksAgain == !waiting.isEmpty)
                    isAsked = false
                }
                if state.needsQuestion {
                    #expect(!isAsked)
                    state.begin()
                    isAsked = true
                }
                #expect(isAsked || waiting.isEmpty)
            }
        }
    }

    // MARK: Bytes and fields

    @Test func `The shelf holds so much and no more`() {
        var shelf = SnapshotShelf()
        #expect(shelf.put(SnapshotShelf.pictureMaximum + 1) == false)
        for _ in 0..<16 { #expect(shelf.put(SnapshotShelf.pictureMaximum) == true) }
        #expect(!shelf.put(1) && shelf.bytes == SnapshotShelf.maximum)
        shelf.drop(SnapshotShelf.pictureMaximum)
        #expect(shelf.put(1000) == true)
    }

    @Test(arguments: [
        ("no-cache", true), ("No-Store", true), ("max-age=5, no-cache", true), ("max-age=0", true),
        (" no-cache ", true),
        ("max-age=10", false), ("", false), ("no-cache=x", false), ("xno-cache", false),
        ("only-if-cached", false),
    ])
    func `Cache-Control of a request`(_ value: String, _ wantsNew: Bool) {
        let bytes = Array("Cache-Control: \(value)".utf8)
        #expect(SnapshotFields.wantsNew(cacheControl: bytes.span, 14..<bytes.count) == wantsNew)
    }

    @Test(arguments: [
        (#""00000000000000ab-7""#, true), (#"W/"00000000000000ab-7""#, true), ("*", true),
        (" * ", true),
        (#""x", "00000000000000ab-7""#, true), (#""x",W/"y" ,"00000000000000ab-7""#, true),
        (#""00000000000000ab-8""#, false), (#""00000000000000ab-7"#, false), ("", false),
        ("00000000000000ab-7", false),
        (#""a, "00000000000000ab-7""#, false), ("W/", false), ("W/*", false), ("\"", false),
    ])
    func `If-None-Match names the picture`(_ value: String, _ matches: Bool) {
        let tag = SnapshotFields.entityTag(process: 0xAB, serial: 7)
        let bytes = Array(value.utf8)
        #expect(SnapshotFields.matches(ifNoneMatch: bytes.span, 0..<bytes.count, tag: tag) == matches)
    }

    @Test func `The fields of an answer`() {
        let tag = SnapshotFields.entityTag(process: .max, serial: .max)
        #expect(String(decoding: tag, as: UTF8.self) == "\"ffffffffffffffff-9223372036854775807\"")
        let fields = [UInt8](writing: { SnapshotFields.append(tag: tag, age: 3, to: &$0) })
        #expect(
            String(decoding: fields, as: UTF8.self)
                == "ETag: \"ffffffffffffffff-9223372036854775807\"\r\nAge: 3\r\nCache-Control: private, no-cache\r\n"
        )
    }
}
