import StreamsProxy
import Testing

/// The time of a log line.
struct LogClockTests {
    private func text(_ milliseconds: Int64, _ clock: inout LogClock) -> String {
        var bytes: [UInt8] = []
        clock.append(milliseconds, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_795_608_000_007, "2026-11-25T12:00:00.007Z"),
        (951_782_399_999, "2000-02-28T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
    ])
    func inUTC(milliseconds: Int, expected: String) {
        var clock = LogClock(isLocal: false)
        #expect(text(Int64(milliseconds), &clock) == expected)
    }

    @Test func theSecondIsKeptAndFollowed() {
        var clock = LogClock(isLocal: false)
        let times = [1_000, 1_001, 1_999, 2_000, 1_000].map { text($0, &clock) }
        #expect(
            times == [
                "1970-01-01T00:00:01.000Z", "1970-01-01T00:00:01.001Z", "1970-01-01T00:00:01.999Z",
                "1970-01-01T00:00:02.000Z", "1970-01-01T00:00:01.000Z",
            ])
    }
}
