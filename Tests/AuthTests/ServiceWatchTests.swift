import Auth
import Testing

/// Scripts of what becomes of questions, and when the service is called down.
struct ServiceWatchTests {
    enum Event {
        case answered, unreachable
        case failed(String)
        /// Our own question begins, if it is time; how it ends; that it is given up.
        case probe(Bool), there, notThere, givenUp
    }

    struct Script: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Milliseconds, what happens, and whether the service is down afterwards.
        let steps: [(time: Int64, event: Event, isDown: Bool)]

        init(_ description: String, _ steps: [(Int64, Event, Bool)]) {
            testDescription = description
            self.steps = steps.map { (time: $0.0, event: $0.1, isDown: $0.2) }
        }
    }

    private static let scripts: [Script] = [
        Script("no connection, and nobody was answered", [(0, .unreachable, true), (1, .probe(false), true)]),
        Script(
            "no connection while others are answered",
            [(0, .answered, false), (500, .unreachable, false), (501, .probe(true), false), (502, .there, false)]),
        Script(
            "no connection, and none of our own",
            [
                (0, .answered, false), (500, .unreachable, false), (501, .probe(true), false), (700, .notThere, true),
                (1699, .probe(false), true), (1700, .probe(true), true), (1701, .there, false),
            ]),
        Script(
            "one credential, over and over",
            (0..<20).map { ($0 * 10, .failed("a"), false) } + [(300, .probe(false), false)]),
        Script(
            "two credentials by turns",
            (0..<20).map { ($0 * 10, .failed($0 % 2 == 0 ? "a" : "b"), false) } + [(300, .probe(false), false)]),
        Script(
            "three in a row",
            [
                (0, .failed("a"), false), (1, .failed("b"), false), (2, .failed("c"), false), (3, .probe(true), false),
                (4, .notThere, true), (5, .failed("d"), true), (6, .answered, false),
            ]),
        Script(
            "an answer between",
            [
                (0, .failed("a"), false), (1, .failed("b"), false), (2, .answered, false), (3, .failed("c"), false),
                (4, .probe(false), false),
            ]),
        Script(
            "as many as there are, while it is there",
            (0..<100).map { (Int64($0), .failed("\($0)"), false) }
                + [
                    (100, .probe(true), false), (101, .there, false), (102, .failed("x"), false),
                    (1101, .probe(false), false),
                ]),
        Script(
            "our own question is given up",
            [(0, .unreachable, true), (1000, .probe(true), true), (1001, .givenUp, true), (2001, .probe(true), true)]),
    ]

    @Test(arguments: scripts)
    func `It is down where our own question says so, or nobody connects`(_ script: Script) {
        var watch = ServiceWatch(interval: 1000)
        for (time, event, isDown) in script.steps {
            let wasDown = watch.isDown
            var change = ServiceWatch.Change.none
            switch event {
            case .answered: change = watch.answered(now: time)
            case .unreachable: change = watch.unreachable(now: time)
            case .failed(let name): change = watch.failed(on: Realm.digest(name))
            case .probe(let begins): #expect(watch.begin(now: time) == begins, "at \(time)")
            case .there: change = watch.ended(answers: true, now: time)
            case .notThere: change = watch.ended(answers: false, now: time)
            case .givenUp: change = watch.ended(answers: nil, now: time)
            }
            #expect(watch.isDown == isDown, "at \(time)")
            #expect(change == (wasDown == isDown ? .none : isDown ? .down : .up))
        }
    }
}
