import Auth
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0),
        ("2030-01-31T00:00:00Z", 1_896_048_000),
        ("2000-02-29T23:59:59Z", 951_868_799),
        ("1969-12-31T23:59:59Z", -1),
        ("0000-01-01T00:00:00Z", -62_167_219_200),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
    ])
    func bothWays(text: String, seconds: Int64) {
        #expect(Timestamp(text)?.unixSeconds == seconds)
        #expect(Timestamp(unixSeconds: seconds).description == text)
    }

    @Test(arguments: [
        ("2030-01-31t02:30:00.999z", 1_896_057_000),
        ("2030-01-31T02:30:00+02:30", 1_896_048_000),
        ("2030-01-30T21:30:00-02:30", 1_896_048_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800),
    ])
    func otherForms(text: String, seconds: Int64) {
        #expect(Timestamp(text)?.unixSeconds == seconds)
    }

    @Test(arguments: [
        "", "2030", "2030-01-31", "2030-01-31T00:00:00", "2030-01-31 00:00:00Z", "2030-13-01T00:00:00Z",
        "2030-00-01T00:00:00Z", "2030-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2030-04-31T00:00:00Z",
        "2030-01-00T00:00:00Z", "2030-01-31T24:00:00Z", "2030-01-31T00:60:00Z", "2030-01-31T00:00:61Z",
        "2030-01-31T00:00:00.Z", "2030-01-31T00:00:00+0230", "2030-01-31T00:00:00+24:00", "2030-01-31T00:00:00Zx",
        "+030-01-31T00:00:00Z", "2030-1-31T00:00:00Z", "1896048000", "tomorrow",
    ])
    func refuses(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func everyDayOfFourCenturies() {
        for day in stride(from: Int64(-135_140), to: 146_097, by: 1) {
            let time = Timestamp(unixSeconds: day * 86400 + 86399)
            #expect(Timestamp(time.description) == time)
        }
    }
}
