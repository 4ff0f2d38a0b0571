import HTTPCore

/// Finds the Origin field of a head that the parser does not take: it is too long, or malformed somewhere. The answer to it
/// depends on nothing else that it says.
enum OriginField {
    /// The value's place, where exactly one line has that name and has come to its end.
    static func find(in head: Span<UInt8>) -> Range<Int>? {
        var found: Range<Int>?
        var isFirst = true
        var start = 0
        for end in 0..<head.count where head[end] == 0x0A {
            // The empty line, or what stands for it.
            if !isFirst, end - start < 2 { break }
            if !isFirst, let value = value(head, start..<end) {
                if found != nil { return nil }
                found = value
            }
            isFirst = false
            start = end + 1
        }
        return found
    }

    private static func value(_ head: Span<UInt8>, _ line: Range<Int>) -> Range<Int>? {
        let name: StaticString = "origin:"
        let begin = line.lowerBound + name.utf8CodeUnitCount
        guard begin < line.upperBound, head[line.upperBound - 1] == 0x0D,
            ASCII.isEqual(head, line.lowerBound..<begin, ignoringCaseOf: name)
        else { return nil }
        return ASCII.trim(head, begin..<line.upperBound - 1)
    }
}
