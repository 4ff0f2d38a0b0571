import HTTPCore
import Previews
import SeededRandom
import Testing

/// Which pictures a viewer gets: whole ones, the newest there is whenever it has room.
struct ViewerPaceTests {
    static func at(_ milliseconds: Int) -> Instant {
        Instant(nanoseconds: 1_000_000_000 + Int64(milliseconds) * 1_000_000)
    }
    static let stall = Interval(nanoseconds: 15_000_000_000)

    static func pace(rate: Int = 0) -> ViewerPace { ViewerPace(stall: stall, rate: rate, at: at(0)) }

    @Test func `A viewer that keeps up gets every picture`() {
        var pace = Self.pace()
        for number in 1...50 {
            let time = number * 40
            #expect(pace.offer(UInt64(number), isWritable: true, at: Self.at(time)) == true)
            pace.finished(at: Self.at(time + 1))
        }
        #expect(pace.taken == 50 && pace.droppedAsSlow == 0 && pace.droppedByPace == 0)
    }

    @Test func `A begun picture is finished, and the newest is next`() {
        var pace = Self.pace()
        #expect(pace.offer(10, isWritable: true, at: Self.at(0)) == true)
        for number in 11...14 {
            #expect(pace.offer(UInt64(number), isWritable: true, at: Self.at(number * 40)) == false)
        }
        pace.progressed(at: Self.at(500))
        #expect(pace.isUnderWay && pace.begun == 10)
        pace.finished(at: Self.at(600))
        #expect(pace.offer(14, isWritable: true, at: Self.at(600)) == true)
        #expect(pace.begun == 14 && pace.droppedAsSlow == 3 && pace.taken == 1)
        pace.finished(at: Self.at(700))
        #expect(pace.offer(14, isWritable: true, at: Self.at(700)) == false, "the same one again")
        #expect(pace.offer(13, isWritable: true, at: Self.at(700)) == false, "an older one")
    }

    @Test func `A picture of which nothing has gone is replaced`() {
        var pace = Self.pace()
        #expect(pace.offer(1, isWritable: false, at: Self.at(0)) == false)
        #expect(pace.offer(2, isWritable: false, at: Self.at(40)) == false)
        #expect(pace.offer(2, isWritable: true, at: Self.at(50)) == true)
        #expect(pace.begun == 2)
    }

    @Test func `What came before the first picture is not counted as left out`() {
        var pace = Self.pace()
        #expect(pace.offer(1000, isWritable: true, at: Self.at(0)) == true)
        #expect(pace.droppedAsSlow == 0 && pace.droppedByPace == 0)
    }

    @Test(arguments: [
        (1, 25, 10), (10, 25, 100), (10, 12, 100), (25, 25, 250), (0, 200, 600), (100, 200, 600),
    ])
    func `A pace is kept on the average`(_ rate: Int, _ source: Int, _ expected: Int) {
        var pace = Self.pace(rate: rate)
        var newest: UInt64 = 0
        var wake: Instant?
        // Ten seconds by the millisecond.
        for time in 0..<10_000 {
            let isNew = time * source / 1000 > Int(newest)
            if isNew { newest += 1 }
            let isWoken = wake.map { $0 <= Self.at(time) } ?? false
            if isNew || isWoken, pace.offer(newest, isWritable: true, at: Self.at(time)) {
                pace.finished(at: Self.at(time))
            }
            wake = pace.wake(newest: newest)
        }
        #expect(abs(Int(pace.taken) - expected) <= max(1, expected / 50), "\(pace.taken)")
        #expect(pace.droppedByPace == pace.begun - pace.taken && pace.droppedAsSlow == 0)
    }

    @Test func `An account without bytes left holds its viewers back`() {
        var pace = Self.pace()
        #expect(pace.offer(1, isWritable: true, at: Self.at(0)) == true)
        pace.finished(at: Self.at(1))
        pace.hold(until: Self.at(1000))
        #expect(pace.offer(2, isWritable: true, at: Self.at(500)) == false)
        #expect(pace.wake(newest: 2) == Self.at(1000))
        #expect(pace.offer(9, isWritable: true, at: Self.at(1000)) == true)
        #expect(pace.droppedByPace == 7 && pace.droppedAsSlow == 0)
    }

    @Test func `Silence is measured from the last byte, and only while something waits`() {
        var pace = Self.pace()
        #expect(pace.stallDeadline == nil && pace.silence(at: Self.at(60_000)) == 0)
        #expect(pace.offer(1, isWritable: true, at: Self.at(60_000)) == true)
        #expect(pace.stallDeadline == Self.at(75_000))
        pace.progressed(at: Self.at(70_000))
        #expect(pace.stallDeadline == Self.at(85_000))
        #expect(pace.silence(at: Self.at(73_000)) == 3_000_000_000)
        pace.finished(at: Self.at(74_000))
        #expect(pace.stallDeadline == nil)
    }

    @Test func `The size of it is a few words`() {
        #expect(MemoryLayout<ViewerPace>.size <= 96)
    }

    @Test func `At random: rising, whole, nothing counted twice`() {
        for seed in 0..<300 {
            var random = SeededRandom(UInt64(seed))
            var pace = Self.pace(rate: [0, 5, 30].randomElement(using: &random) ?? 0)
            var (newest, begun, time) = (UInt64(0), [UInt64](), 0)
            for _ in 0..<300 {
                time += Int.random(in: 0..<60, using: &random)
                if random.once(in: 2) { newest += 1 }
                if pace.isUnderWay, random.once(in: 2) { pace.finished(at: Self.at(time)) }
                if random.once(in: 40) { pace.hold(until: Self.at(time + 200)) }
                let wasUnderWay = pace.isUnderWay
                if pace.offer(newest, isWritable: !random.once(in: 3), at: Self.at(time)) {
                    #expect(!wasUnderWay && newest > begun.last ?? 0)
                    begun.append(newest)
                }
            }
            guard let first = begun.first, let last = begun.last else { continue }
            let skipped = last - first + 1 - UInt64(begun.count)
            #expect(pace.droppedAsSlow + pace.droppedByPace == skipped)
        }
    }

    @Test(arguments: [(0, true), (5000, true), (5001, false), (60_000, false)])
    func `A stale picture is not shown`(_ age: Int, _ isFresh: Bool) {
        let bytes: [UInt8] = [1, 2]
        let picture = Picture(
            bytes.span, 0..<2, type: [], boundary: PictureTests.boundary, number: 1, completed: Self.at(0)
        )
        let freshness = PictureFreshness(maximum: Interval(nanoseconds: 5_000_000_000))
        #expect(freshness.isFresh(picture, at: Self.at(age)) == isFresh)
    }
}
