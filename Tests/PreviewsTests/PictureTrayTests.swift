import HTTPCore
import Previews
import SeededRandom
import Synchronization
import Testing

/// Pictures on their way to another worker.
struct PictureTrayTests {
    private static let one = BroadcastID(number: 1)
    private static let other = BroadcastID(number: 2)

    private static func taken(_ tray: PictureTray) -> [BroadcastID: UInt64] {
        var taken: [BroadcastID: Picture] = [:]
        tray.take(into: &taken)
        return taken.mapValues(\.number)
    }

    @Test func `The newest of each broadcast waits, and one message is sent`() {
        let tray = PictureTray()
        #expect(tray.put(PictureTests.picture(1), of: Self.one))
        #expect(!tray.put(PictureTests.picture(2), of: Self.one))
        #expect(!tray.put(PictureTests.picture(7), of: Self.other))
        #expect(!tray.put(PictureTests.picture(1), of: Self.one))
        #expect(Self.taken(tray) == [Self.one: 2, Self.other: 7])
        #expect(Self.taken(tray) == [:])
        #expect(tray.put(PictureTests.picture(3), of: Self.one))
        tray.drop(Self.one)
        #expect(Self.taken(tray) == [:])
    }

    @Test func `What was replaced is freed`() {
        let tray = PictureTray()
        weak var first: Picture?
        do {
            let picture = PictureTests.picture(1)
            first = picture
            _ = tray.put(picture, of: Self.one)
            _ = tray.put(PictureTests.picture(2), of: Self.one)
        }
        #expect(first == nil)
    }

    private final class Seen: Sendable {
        /// Messages that have not been looked at.
        let told = Atomic<Int>(0)
        let faults = Atomic<Int>(0)
    }

    /// Two homes put pictures in, a worker takes them whenever it is told.
    @Test func `Pictures arrive in rising order, and the last one always does`() async {
        let tray = PictureTray()
        let last = UInt64(5000)
        let seen = Seen()
        await withTaskGroup { group in
            for id in [Self.one, Self.other] {
                group.addTask {
                    for number in 1...last where tray.put(PictureTests.picture(Int(number)), of: id) {
                        seen.told.add(1, ordering: .releasing)
                    }
                }
            }
            group.addTask {
                var newest: [BroadcastID: UInt64] = [:]
                var taken: [BroadcastID: Picture] = [:]
                while newest[Self.one] != last || newest[Self.other] != last {
                    guard seen.told.load(ordering: .acquiring) > 0 else {
                        await Task.yield()
                        continue
                    }
                    seen.told.subtract(1, ordering: .relaxed)
                    tray.take(into: &taken)
                    if taken.count > 2 { seen.faults.add(1, ordering: .relaxed) }
                    for (id, picture) in taken {
                        if picture.number <= newest[id, default: 0] { seen.faults.add(1, ordering: .relaxed) }
                        newest[id] = picture.number
                    }
                }
            }
        }
        #expect(seen.faults.load(ordering: .relaxed) == 0)
    }
}
