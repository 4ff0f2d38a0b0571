import Glibc
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

    /// In whichever zone the tests run, beside the C library's own text: `TZ=Asia/Kolkata` and `TZ=America/St_Johns` are
    /// worth trying.
    @Test(arguments: [0, 951_782_400, 1_795_608_000, 1_782_388_800])
    func inTheZoneOfTheMachine(seconds: Int) {
        var time = time_t(seconds)
        var parts = tm()
        localtime_r(&time, &parts)
        var expected = [CChar](repeating: 0, count: 64)
        strftime(&expected, expected.count, parts.tm_gmtoff == 0 ? "%FT%T.042Z" : "%FT%T.042%z", &parts)
        var clock = LogClock(isLocal: true)
        let written = text(Int64(seconds) * 1000 + 42, &clock)
        // strftime writes the offset without a colon.
        let plain = parts.tm_gmtoff == 0 ? written : "\(written.dropLast(3))\(written.suffix(2))"
        #expect(plain == String(decoding: expected.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self))
    }
}
