import HTTPCore
import StreamsProxy
import Testing

/// Who made the host of the plugins end, and what follows from it.
struct PluginRecoveryTests {
    private static func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1_000_000_000)) }

    @Test
    func `Whoever ends the host again and again is kept out longer each time`() {
        var offences = PluginOffences()
        var now = 0.0
        #expect(offences.deadline == .never)
        for hold in [0.0, 60, 300, 1800] {
            #expect(offences.blame("bad", at: Self.at(now)) == Interval(.seconds(hold)))
            #expect(offences.isHeld("bad") == (hold > 0))
            #expect(!offences.isHeld("good"))
            if hold > 0 {
                #expect(offences.deadline == Self.at(now + hold))
                #expect(offences.release(at: Self.at(now + hold - 0.1)).isEmpty)
                now += hold
                #expect(offences.release(at: Self.at(now)) == ["bad"])
            }
            #expect(!offences.isHeld("bad"))
            #expect(offences.deadline == .never)
        }
        #expect(offences.blame("bad", at: Self.at(now)) == nil)
        #expect(offences.release(at: Self.at(now + 1_000_000)).isEmpty)
        #expect(offences.isHeld("bad"), "until the operator says so")
        offences.forgive()
        #expect(!offences.isHeld("bad"))
        #expect(offences.blame("bad", at: Self.at(now)) == Interval(.zero))
    }

    @Test
    func `One that has been well for an hour begins anew`() {
        var offences = PluginOffences()
        _ = offences.blame("bad", at: Self.at(0))
        #expect(offences.blame("bad", at: Self.at(3599)) == Interval(.seconds(60)))
        _ = offences.release(at: Self.at(3659))
        #expect(offences.blame("bad", at: Self.at(3659 + 3600)) == Interval(.zero))
    }

    private static func board(_ calls: [String]) -> [UInt8] {
        calls.flatMap { Array($0.utf8) + [UInt8](repeating: 0, count: 256 - $0.utf8.count) }
    }

    private static let boards: [(calls: [String], words: String, only: String?)] = [
        ([], "no plugin had been called", nil),
        (["a\tGET /x", ""], "no call of a plugin was under way, the last was a: GET /x", nil),
        (["b\tGET /y", "a\tGET /x"], "under way: a: GET /x", "a"),
        (["b\tGET /y", "", "a\tGET /x", "", "b\tinitialize"], "under way: a: GET /x, b: initialize", nil),
        (["a\t1", "a\t1", "a\t2", "a\t3", "a\t4", "a\t5"], "under way: a: 1, a: 2, a: 3, a: 4 and 1 more", "a"),
        (["nonsense", "\t\t", "a"], "no plugin had been called", nil),
        (["a\t\u{1B}[2J"], #"no call of a plugin was under way, the last was a: \u{1b}[2J"#, nil),
    ]

    @Test(arguments: boards)
    func `Calls are read as the host has written them down`(_ row: (calls: [String], words: String, only: String?)) {
        let found = CallsUnderWay(Self.board(row.calls))
        #expect(found.words == row.words)
        #expect(found.onlyPlugin == row.only)
    }

    @Test
    func `A board that is cut off is no trouble`() {
        #expect(CallsUnderWay(Array(Self.board(["a\tx", "b\ty"]).prefix(300))).underWay.map(\.plugin) == ["b"])
        #expect(CallsUnderWay([]).last == nil)
    }

    private static let ends: [(status: Int32, words: String)] = [
        (0, "exit status 0"), (3 << 8, "exit status 3"), (255 << 8, "exit status 255"),
        (11, "SIGSEGV, a crash"), (11 | 0x80, "SIGSEGV, a crash"), (6, "SIGABRT"), (40, "signal 40"),
        (9, "SIGKILL; where nobody sent it, the machine had no memory left"),
    ]

    @Test(arguments: ends)
    func `How a process ended, in words`(_ row: (status: Int32, words: String)) {
        #expect("\(ProcessEnd(waitStatus: row.status))" == row.words)
    }

    private static func running() -> HostSupervision {
        var supervision = HostSupervision()
        _ = supervision.start(at: at(0))
        supervision.ready(at: at(1))
        return supervision
    }

    @Test
    func `A stuck thread is ended by another host`() {
        var supervision = Self.running()
        #expect(supervision.gotStuck(at: Self.at(2)) == .ask)
        #expect(supervision.restarts == 1)
        #expect(supervision.gotStuck(at: Self.at(3)) == .none, "it ends already")
        #expect(supervision.exited(at: Self.at(4)) == .start, "at once: nothing is wrong with the host")
        #expect(supervision.restarts == 1)

        supervision = Self.running()
        _ = supervision.drain(at: Self.at(2))
        #expect(supervision.gotStuck(at: Self.at(3)) == .none, "the proxy ends anyway")
    }

    @Test
    func `A host that takes too much memory is killed, in whatever state`() {
        var supervision = Self.running()
        #expect(supervision.outgrew(at: Self.at(2)) == .kill)
        #expect(supervision.outgrew(at: Self.at(2)) == .none)
        #expect(supervision.exited(at: Self.at(3)) == .none)
        #expect(supervision.state == .pausing)
        #expect(supervision.restarts == 1)

        supervision = Self.running()
        _ = supervision.stop(forGood: true, at: Self.at(2))
        #expect(supervision.outgrew(at: Self.at(3)) == .kill)
        #expect(supervision.exited(at: Self.at(4)) == .finish)
    }
}
