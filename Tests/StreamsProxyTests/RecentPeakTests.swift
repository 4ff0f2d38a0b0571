import HTTPCore
import StreamsProxy
import Testing

/// How many there were at once in the last ten seconds.
struct RecentPeakTests {
    private static func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

    @Test func `A peak is remembered for nine seconds and forgotten after ten`() {
        let peak = RecentPeak(at: Self.at(0))
        for _ in 0..<5 { peak.rise(at: Self.at(500)) }
        for _ in 0..<4 { peak.fall(at: Self.at(600)) }
        #expect(peak.level == 1)
        for milliseconds: Int64 in stride(from: 700, to: 9500, by: 100) {
            peak.advance(to: Self.at(milliseconds))
            #expect(peak.peak == 5)
        }
        peak.advance(to: Self.at(10_500))
        #expect(peak.peak == 1)
    }

    @Test func `What lasts counts all the time, however long nobody asks`() {
        let peak = RecentPeak(at: Self.at(0))
        for _ in 0..<7 { peak.rise(at: Self.at(100)) }
        for _ in 0..<7 { peak.fall(at: Self.at(3_600_000)) }
        #expect(peak.peak == 7)
        peak.advance(to: Self.at(3_611_000))
        #expect(peak.peak == 0)
        #expect(peak.stepEnd > Self.at(3_611_000))
    }

    @Test func `It is never more than there were, and never less than there were in the last nine seconds`() {
        var (state, now, level) = (UInt64(12345), Int64(0), 0)
        var history: [(at: Int64, level: Int)] = [(0, 0)]
        let peak = RecentPeak(at: Self.at(0))
        for _ in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let random = Int(state >> 33)
            now += Int64(random % 7 == 0 ? random % 4000 : random % 40)
            if random & 0x400 == 0, level > 0 {
                peak.fall(at: Self.at(now))
                level -= 1
            } else {
                peak.rise(at: Self.at(now))
                level += 1
            }
            history.append((now, level))
            // A level holds from its own time to the next one's.
            let ends = history.dropFirst().map(\.at) + [now + 1]
            func greatest(since: Int64) -> Int { zip(history, ends).filter { $1 > since }.map(\.0.level).max() ?? 0 }
            let (least, most) = (greatest(since: now - 9000), greatest(since: now - 10_000))
            #expect((least...most).contains(peak.peak))
            while ends.count > 1, history.count > 1, history[1].at < now - 12_000 { history.removeFirst() }
        }
    }
}
