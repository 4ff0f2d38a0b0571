import HTTPCore
import SeededRandom
import Testing

/// Random deadlines on a loop whose clock a walk moves: each is told once, in the first turn at or behind it, and never
/// before.
struct DeadlineSimulationTests {
    private final class Sleeper: EventSource {
        var wanted = Instant.never
        var told = 0
        /// What it does when it is told, once.
        var onTold: ((Sleeper) -> Void)?

        init(loop: EventLoop) {
            super.init(descriptor: -1, loop: loop)
            open([])
        }

        /// Leaves the loop, and lets go of whom its action knows: two that know each other would never go.
        func end() {
            onTold = nil
            closeDescriptor()
        }

        func want(_ instant: Instant) {
            wanted = instant
            setDeadline(instant)
        }

        override func deadlinePassed() {
            told += 1
            let action = onTold
            onTold = nil
            action?(self)
        }
    }

    private final class Clock {
        var now: Int64 = 1_000
    }

    private static func walk(_ seed: UInt64, _ tellings: inout Int) -> String? {
        var random = SeededRandom(seed)
        let clock = Clock()
        let loop: EventLoop
        do throws(SystemError) {
            loop = try EventLoop { clock.now }
        } catch {
            return "no loop: \(error)"
        }
        var sleepers = (0..<Int.random(in: 1...6, using: &random)).map { _ in Sleeper(loop: loop) }
        defer { for sleeper in sleepers { sleeper.end() } }
        for _ in 0..<24 {
            let index = Int.random(in: 0..<sleepers.count, using: &random)
            let later = Instant(nanoseconds: clock.now + Int64.random(in: 0...40, using: &random))
            switch Int.random(in: 0..<8, using: &random) {
            case 0...3: sleepers[index].want(later)
            case 4: sleepers[index].want(.never)
            case 5: sleepers[index].onTold = { $0.want(Instant(nanoseconds: loop.now.nanoseconds + 7)) }
            case 6:
                // Its place is taken by another, which must not hear of its deadline.
                sleepers[index].end()
                sleepers[index] = Sleeper(loop: loop)
            default:
                let other = sleepers[Int.random(in: 0..<sleepers.count, using: &random)]
                sleepers[index].onTold = { _ in other.want(.never) }
            }
            clock.now += Int64.random(in: 0...20, using: &random)
            if let fault = turn(loop, sleepers, at: clock.now, &tellings) { return fault }
        }
        return nil
    }

    private static func turn(
        _ loop: EventLoop, _ sleepers: [Sleeper], at now: Int64, _ tellings: inout Int
    ) -> String? {
        let due = sleepers.map { $0.wanted.nanoseconds <= now }
        let before = sleepers.map(\.told)
        loop.turn()
        for (index, sleeper) in sleepers.enumerated() {
            let count = sleeper.told - before[index]
            tellings += count
            if count > 1 { return "told twice" }
            if count == 1, !due[index] { return "told before its time, or for another's deadline" }
            // Where it was due and is not told, one that was told before must have taken it back.
            if count == 0, sleeper.wanted.nanoseconds <= now { return "a deadline is missed" }
            if count == 1, sleeper.wanted.nanoseconds <= now { sleeper.wanted = .never }
        }
        return nil
    }

    @Test func `No deadline is missed, told twice or told too early`() {
        var tellings = 0
        let walks = Seeds.walk(100_000) { Self.walk($0, &tellings) }
        if walks > 1000 { #expect(tellings > Int(walks)) }
    }
}
