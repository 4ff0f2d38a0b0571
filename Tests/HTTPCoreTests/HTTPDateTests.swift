import Glibc
import HTTPCore
import Testing

struct HTTPDateTests {
    private static func write(_ seconds: Int64) -> String {
        String(decoding: [UInt8](writing: { HTTPDate.append(unixSeconds: seconds, to: &$0) }), as: UTF8.self)
    }

    @Test(
        arguments: [
            (seconds: 0, text: "Thu, 01 Jan 1970 00:00:00 GMT"),
            (seconds: 784_111_777, text: "Sun, 06 Nov 1994 08:49:37 GMT"),
            (seconds: 951_782_399, text: "Mon, 28 Feb 2000 23:59:59 GMT"),
            (seconds: 951_782_400, text: "Tue, 29 Feb 2000 00:00:00 GMT"),
            (seconds: 951_868_800, text: "Wed, 01 Mar 2000 00:00:00 GMT"),
            (seconds: 1_709_164_800, text: "Thu, 29 Feb 2024 00:00:00 GMT"),
            (seconds: 1_735_689_599, text: "Tue, 31 Dec 2024 23:59:59 GMT"),
            (seconds: 2_147_483_648, text: "Tue, 19 Jan 2038 03:14:08 GMT"),
            (seconds: 4_107_542_399, text: "Sun, 28 Feb 2100 23:59:59 GMT"),
            (seconds: 4_107_542_400, text: "Mon, 01 Mar 2100 00:00:00 GMT"),
            (seconds: 253_402_300_799, text: "Fri, 31 Dec 9999 23:59:59 GMT"),
            (seconds: -1, text: "Wed, 31 Dec 1969 23:59:59 GMT"),
            (seconds: -86_400, text: "Wed, 31 Dec 1969 00:00:00 GMT"),
            (seconds: -2_203_891_200, text: "Thu, 01 Mar 1900 00:00:00 GMT"),
            (seconds: -2_203_891_201, text: "Wed, 28 Feb 1900 23:59:59 GMT"),
        ] as [(seconds: Int64, text: String)])
    func `A known time is written as IMF-fixdate`(_ row: (seconds: Int64, text: String)) {
        #expect(Self.write(row.seconds) == row.text)
    }

    @Test func `Times across three centuries are as the C library has them`() {
        var seconds: Int64 = -4_000_000_000
        while seconds < 6_000_000_000 {
            var time = time_t(seconds)
            var parts = tm()
            gmtime_r(&time, &parts)
            var text = [CChar](repeating: 0, count: 64)
            let count = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
            #expect(Self.write(seconds) == String(decoding: text.prefix(count).map { UInt8($0) }, as: UTF8.self))
            // A step of no round length, so that hours, days and months all drift.
            seconds += 3_456_789
        }
    }
}
