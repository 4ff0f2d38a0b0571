import Glibc
import HTTPCore
import Testing

struct EventLoopTests {
    /// A source that notes what it is told.
    private final class Probe: EventSource {
        let name: String
        let act: (Probe, String) -> Void

        init(_ name: String, descriptor: Int32, loop: EventLoop, act: @escaping (Probe, String) -> Void) {
            self.name = name
            self.act = act
            super.init(descriptor: descriptor, loop: loop)
        }

        override func ready(_ events: Events) {
            act(self, events.contains(.readable) ? "readable" : events.contains(.hungUp) ? "hung up" : "other")
        }

        override func deadlinePassed() { act(self, "deadline") }
    }

    private static func pipe() -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        Glibc.pipe(&ends)
        return (ends[0], ends[1])
    }

    private static func milliseconds(_ count: Int64) -> Interval { Interval(nanoseconds: count * 1_000_000) }

    @Test func `Deadlines come in their order, not in that of their making`() throws {
        let loop = try EventLoop()
        var order: [String] = []
        var probes: [Probe] = []
        for (name, delay) in [("c", 30), ("a", 10), ("d", 40), ("b", 20)] as [(String, Int64)] {
            let probe = Probe(name, descriptor: -1, loop: loop) { probe, _ in
                order.append(probe.name)
                probe.closeDescriptor()
                if order.count == 4 { loop.stop() }
            }
            probe.open([])
            probe.setDeadline(loop.now.advanced(by: Self.milliseconds(delay)))
            probes.append(probe)
        }
        loop.run()
        #expect(order == ["a", "b", "c", "d"])
    }

    @Test func `The deadline set last counts, earlier or later`() throws {
        let loop = try EventLoop()
        var fired: [(name: String, isDue: Bool)] = []
        var probes: [Probe] = []
        let start = loop.now
        let rows: [(name: String, first: Int64, second: Int64)] = [("earlier", 5000, 10), ("later", 5, 60)]
        for row in rows {
            let due = start.advanced(by: Self.milliseconds(row.second))
            let probe = Probe(row.name, descriptor: -1, loop: loop) { probe, _ in
                fired.append((probe.name, due <= loop.now))
                probe.closeDescriptor()
                if fired.count == 2 { loop.stop() }
            }
            probe.open([])
            probe.setDeadline(start.advanced(by: Self.milliseconds(row.first)))
            probe.setDeadline(due)
            probes.append(probe)
        }
        let never = Probe("never", descriptor: -1, loop: loop) { _, _ in Issue.record("a deadline taken away") }
        never.open([])
        never.setDeadline(start.advanced(by: Self.milliseconds(1)))
        never.setDeadline(.never)
        loop.run()
        never.closeDescriptor()
        #expect(fired.map(\.name) == ["earlier", "later"])
        #expect(fired.map(\.isDue) == [true, true])
    }

    @Test func `A deadline set before joining the loop counts`() throws {
        let loop = try EventLoop()
        let probe = Probe("early", descriptor: -1, loop: loop) { probe, _ in
            probe.closeDescriptor()
            loop.stop()
        }
        probe.setDeadline(loop.now.advanced(by: Self.milliseconds(1)))
        probe.open([])
        loop.run()
        #expect(probe.descriptor == -1)
    }

    @Test func `Only what is waited for is told`() throws {
        let loop = try EventLoop()
        let (reading, writing) = Self.pipe()
        defer { close(writing) }
        write(writing, "x", 1)
        var told: [String] = []
        let probe = Probe("pipe", descriptor: reading, loop: loop) { probe, event in
            told.append(event)
            if event == "deadline" {
                probe.wait(for: .readable)
            } else {
                probe.closeDescriptor()
                loop.stop()
            }
        }
        probe.open([])
        probe.setDeadline(loop.now.advanced(by: Self.milliseconds(5)))
        loop.run()
        #expect(told == ["deadline", "readable"])
    }

    @Test func `An event for a source that another has closed is dropped`() throws {
        let loop = try EventLoop()
        var told: [String] = []
        var probes: [Probe] = []
        var newcomer: Probe?
        // They know each other by what they do.
        defer { (probes, newcomer) = ([], nil) }
        var quietEnd: Int32 = -1
        let pipes = [Self.pipe(), Self.pipe(), Self.pipe()]
        for (index, ends) in pipes.enumerated() {
            write(ends.writing, "x", 1)
            let probe = Probe("\(index)", descriptor: ends.reading, loop: loop) { probe, _ in
                told.append(probe.name)
                // All are ready in this turn: the first to hear closes all, and its place is taken at once.
                for other in probes { other.closeDescriptor() }
                let quiet = Self.pipe()
                let added = Probe("new", descriptor: quiet.reading, loop: loop) { probe, event in
                    told.append("new \(event)")
                    probe.closeDescriptor()
                    loop.stop()
                }
                added.open(.readable)
                added.setDeadline(loop.now.advanced(by: Self.milliseconds(20)))
                newcomer = added
                quietEnd = quiet.writing
            }
            probes.append(probe)
        }
        for probe in probes { probe.open(.readable) }
        loop.run()
        for ends in pipes { close(ends.writing) }
        close(quietEnd)
        #expect(told.count == 2)
        #expect(told.last == "new deadline")
        #expect(newcomer?.descriptor == -1)
    }

    @Test func `Closing twice is as closing once`() throws {
        let loop = try EventLoop()
        let (reading, writing) = Self.pipe()
        defer { close(writing) }
        let probe = Probe("pipe", descriptor: reading, loop: loop) { _, _ in }
        probe.open(.readable)
        probe.closeDescriptor()
        probe.closeDescriptor()
        #expect(fcntl(reading, F_GETFD) == -1)
    }

    @Test func `What is given away stays open`() throws {
        let loop = try EventLoop()
        let (reading, writing) = Self.pipe()
        defer { close(writing) }
        let probe = Probe("pipe", descriptor: reading, loop: loop) { _, _ in }
        probe.open(.readable)
        #expect(probe.relinquish() == reading)
        #expect(fcntl(reading, F_GETFD) != -1)
        close(reading)
    }

    @Test func `The wall clock is the system's`() throws {
        let loop = try EventLoop()
        let difference = loop.unixMilliseconds - Int64(time(nil)) * 1000
        #expect(abs(difference) < 5000)
    }
}
