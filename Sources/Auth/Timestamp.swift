/// A second in time, as RFC 3339 writes it: `2030-01-31T00:00:00Z`.
package struct Timestamp: Sendable, Equatable, Comparable, CustomStringConvertible {
    /// Since 1970-01-01T00:00:00Z, leap seconds not counted.
    package let unixSeconds: Int64

    package init(unixSeconds: Int64) {
        self.unixSeconds = unixSeconds
    }

    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.unixSeconds < b.unixSeconds }

    /// Reads `date-time` of RFC 3339 §5.6, any offset; a fraction of a second is dropped.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        func number(_ start: Int, _ count: Int) -> Int? {
            guard start + count <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[start..<start + count] {
                guard byte &- 0x30 < 10 else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        func has(_ character: Unicode.Scalar, at index: Int) -> Bool {
            index < bytes.count && bytes[index] == UInt8(ascii: character)
        }
        guard let year = number(0, 4), has("-", at: 4), let month = number(5, 2), has("-", at: 7),
            let day = number(8, 2), has("T", at: 10) || has("t", at: 10),
            let hour = number(11, 2), has(":", at: 13), let minute = number(14, 2), has(":", at: 16),
            let second = number(17, 2),
            (1...12).contains(month), (1...Self.days(inMonth: month, of: year)).contains(day),
            hour < 24, minute < 60, second <= 60  // 60 is a leap second, and so the start of the next minute
        else { return nil }

        var end = 19
        if has(".", at: end) {
            end += 1
            guard number(end, 1) != nil else { return nil }
            while number(end, 1) != nil { end += 1 }
        }
        let offset: Int
        if has("Z", at: end) || has("z", at: end) {
            offset = 0
            end += 1
        } else {
            guard has("+", at: end) || has("-", at: end), let hours = number(end + 1, 2), has(":", at: end + 3),
                let minutes = number(end + 4, 2), hours < 24, minutes < 60
            else { return nil }
            offset = (has("+", at: end) ? 60 : -60) * (hours * 60 + minutes)
            end += 6
        }
        guard end == bytes.count else { return nil }
        let ofDay = hour * 3600 + minute * 60 + second
        unixSeconds = Int64(Self.day(year, month, day) * 86400 + ofDay - offset)
    }

    /// In UTC, whole seconds. Only for years 0 to 9999, which is what there is a way to write.
    package var description: String {
        let seconds = min(max(unixSeconds, -62_167_219_200), 253_402_300_799)
        let (day, ofDay) = Int(seconds).flooredQuotientAndRemainder(dividingBy: 86400)
        // Howard Hinnant's civil_from_days: years start in March, so that the leap day is the last.
        let shifted = day + 719_468
        let (era, ofEra) = shifted.flooredQuotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * ofYear + 2) / 153
        let dayOfMonth = ofYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)

        func digits(_ value: Int, _ count: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let date = "\(digits(year, 4))-\(digits(month, 2))-\(digits(dayOfMonth, 2))"
        return "\(date)T\(digits(ofDay / 3600, 2)):\(digits(ofDay / 60 % 60, 2)):\(digits(ofDay % 60, 2))Z"
    }

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 (days_from_civil).
    private static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let marchYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = marchYear.flooredQuotientAndRemainder(dividingBy: 400)
        let marchMonth = month > 2 ? month - 3 : month + 9
        let ofYear = (153 * marchMonth + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear - 719_468
    }
}

extension Int {
    fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
