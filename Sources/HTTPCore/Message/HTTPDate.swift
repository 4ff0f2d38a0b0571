/// A point in time as the Date field writes it (IMF-fixdate, RFC 9110 §5.6.7).
package enum HTTPDate {
    /// Appends `Sun, 06 Nov 1994 08:49:37 GMT`.
    package static func append(unixSeconds: Int64, to bytes: inout ByteBuffer) {
        let day = unixSeconds.quotientAndFloorRemainder(86400)
        let (year, month, date) = civil(daysSince1970: day.quotient)
        let weekday = Int((day.quotient + 4).quotientAndFloorRemainder(7).remainder)
        append("SunMonTueWedThuFriSat", word: weekday, to: &bytes)
        bytes.append(0x2C)
        bytes.append(0x20)
        append(twoDigits: date, to: &bytes)
        bytes.append(0x20)
        append("JanFebMarAprMayJunJulAugSepOctNovDec", word: month - 1, to: &bytes)
        bytes.append(0x20)
        append(twoDigits: year / 100, to: &bytes)
        append(twoDigits: year % 100, to: &bytes)
        bytes.append(0x20)
        append(twoDigits: Int(day.remainder / 3600), to: &bytes)
        bytes.append(0x3A)
        append(twoDigits: Int(day.remainder / 60 % 60), to: &bytes)
        bytes.append(0x3A)
        append(twoDigits: Int(day.remainder % 60), to: &bytes)
        bytes.append(0x20)
        bytes.append(contentsOf: [0x47, 0x4D, 0x54])
    }

    private static func append(_ words: StaticString, word: Int, to bytes: inout ByteBuffer) {
        words.withUTF8Buffer { letters in
            for offset in 0..<3 { bytes.append(letters[word * 3 + offset]) }
        }
    }

    private static func append(twoDigits value: Int, to bytes: inout ByteBuffer) {
        bytes.append(0x30 + UInt8(truncatingIfNeeded: value / 10 % 10))
        bytes.append(0x30 + UInt8(truncatingIfNeeded: value % 10))
    }

    /// The Gregorian date of a day: counted in eras of 400 years that start in March, so that the leap day is last.
    private static func civil(daysSince1970 days: Int64) -> (year: Int, month: Int, day: Int) {
        let era = (days + 719_468).quotientAndFloorRemainder(146_097)
        let dayOfEra = Int(era.remainder)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = Int(era.quotient) * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

extension Int64 {
    /// Division that rounds towards minus infinity, so that times before 1970 keep their weekday.
    fileprivate func quotientAndFloorRemainder(_ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
