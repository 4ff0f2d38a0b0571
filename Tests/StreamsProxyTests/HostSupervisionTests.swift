import HTTPCore
import StreamsProxy
import Testing

/// The supervision of the host, driven by hand: seconds go by as the script says.
struct HostSupervisionTests {
    private static func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1_000_000_000)) }

    private static func running(since seconds: Double = 1) -> HostSupervision {
        var supervision = HostSupervision()
        #expect(supervision.start(at: at(0)) == .start)
        supervision.ready(at: at(seconds))
        #expect(supervision.state == .running)
        return supervision
    }

    @Test
    func `Nothing is started that nobody wants`() {
        var supervision = HostSupervision()
        #expect(supervision.deadline == .never)
        #expect(supervision.due(at: Self.at(1000)) == .none)
        #expect(supervision.stop(forGood: false, at: Self.at(1000)) == .none)
        #expect(supervision.stop(forGood: true, at: Self.at(1000)) == .finish)
        #expect(supervision.start(at: Self.at(1001)) == .none)
    }

    @Test
    func `A host that ends is followed by another, later each time`() {
        var supervision = HostSupervision()
        var action = supervision.start(at: Self.at(0))
        var now = 0.0
        for pause in [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30] {
            #expect(action == .start)
            #expect(supervision.exited(at: Self.at(now)) == .none)
            #expect(supervision.state == .pausing)
            #expect(supervision.deadline == Self.at(now + pause))
            #expect(supervision.due(at: Self.at(now + pause - 0.01)) == .none)
            now += pause
            action = supervision.due(at: Self.at(now))
        }
        #expect(supervision.restarts == 9)
    }

    @Test
    func `After a healthy minute the first pause is short again`() {
        var supervision = Self.running()
        for _ in 0..<5 {
            _ = supervision.exited(at: Self.at(2))
            _ = supervision.due(at: Self.at(100))
        }
        supervision.ready(at: Self.at(101))
        _ = supervision.exited(at: Self.at(160.5))
        #expect(supervision.deadline == Self.at(160.5 + 8))
        _ = supervision.due(at: Self.at(200))
        supervision.ready(at: Self.at(201))
        _ = supervision.exited(at: Self.at(261))
        #expect(supervision.deadline == Self.at(261.25))
    }

    @Test
    func `One that can't be started is tried again`() {
        var supervision = HostSupervision()
        #expect(supervision.start(at: Self.at(0)) == .start)
        #expect(supervision.startFailed(at: Self.at(0)) == .none)
        #expect(supervision.due(at: Self.at(0.25)) == .start)
    }

    @Test
    func `One that does not serve in time is killed`() {
        var supervision = HostSupervision()
        #expect(supervision.start(at: Self.at(0)) == .start)
        #expect(supervision.due(at: Self.at(44.9)) == .none)
        #expect(supervision.due(at: Self.at(45)) == .kill)
        #expect(supervision.due(at: Self.at(47)) == .kill, "again, where it is still there")
        #expect(supervision.exited(at: Self.at(48)) == .none)
        #expect(supervision.due(at: Self.at(48.25)) == .start)
    }

    @Test
    func `Pings go on while they are answered`() {
        var supervision = Self.running()
        #expect(supervision.due(at: Self.at(5.9)) == .none)
        for round in 0..<3 {
            let now = 6 + Double(round) * 6
            #expect(supervision.due(at: Self.at(now)) == .ping)
            supervision.answered(at: Self.at(now + 1))
            #expect(supervision.deadline == Self.at(now + 6))
        }
    }

    @Test
    func `A ping without an answer is the end`() {
        var supervision = Self.running()
        #expect(supervision.due(at: Self.at(6)) == .ping)
        #expect(supervision.due(at: Self.at(25.9)) == .none)
        #expect(supervision.due(at: Self.at(26)) == .kill)
        // What it says now counts for nothing.
        supervision.answered(at: Self.at(26.1))
        supervision.ready(at: Self.at(26.1))
        #expect(supervision.state == .ending(.killed))
        #expect(supervision.exited(at: Self.at(26.2)) == .none)
        #expect(supervision.state == .pausing)
    }

    @Test
    func `A host that no longer listens is killed, unless it was told to end`() {
        var supervision = Self.running()
        #expect(supervision.fellSilent(at: Self.at(2)) == .kill)
        #expect(supervision.fellSilent(at: Self.at(2)) == .none)
        supervision = Self.running()
        #expect(supervision.stop(forGood: true, at: Self.at(2)) == .ask)
        #expect(supervision.fellSilent(at: Self.at(2)) == .none)
    }

    @Test
    func `What changes is taken over by a new host, after the old one`() {
        var supervision = Self.running()
        #expect(supervision.start(at: Self.at(2)) == .ask)
        #expect(supervision.start(at: Self.at(3)) == .none)
        #expect(supervision.exited(at: Self.at(4)) == .start)
        #expect(supervision.state == .starting)
        #expect(supervision.restarts == 0)
        #expect(supervision.stop(forGood: false, at: Self.at(5)) == .ask)
        #expect(supervision.exited(at: Self.at(6)) == .none)
        #expect(supervision.state == .idle)
        #expect(supervision.start(at: Self.at(7)) == .start)
    }

    @Test
    func `Told to end, it is asked, terminated, killed`() {
        var supervision = Self.running()
        #expect(supervision.stop(forGood: true, at: Self.at(10)) == .ask)
        #expect(supervision.due(at: Self.at(21.9)) == .none)
        #expect(supervision.due(at: Self.at(22)) == .terminate)
        #expect(supervision.due(at: Self.at(24)) == .kill)
        #expect(supervision.start(at: Self.at(24)) == .none)
        #expect(supervision.exited(at: Self.at(24.1)) == .finish)
        #expect(supervision.state == .finished)
    }

    @Test
    func `While the proxy drains, no host is started`() {
        var supervision = Self.running()
        #expect(supervision.drain(at: Self.at(2)) == .none)
        #expect(supervision.exited(at: Self.at(3)) == .none)
        #expect(supervision.state == .idle)
        #expect(supervision.start(at: Self.at(4)) == .none)
        #expect(supervision.stop(forGood: true, at: Self.at(5)) == .finish)

        supervision = Self.running()
        _ = supervision.exited(at: Self.at(2))
        _ = supervision.drain(at: Self.at(2))
        #expect(supervision.due(at: Self.at(100)) == .none)
    }
}
