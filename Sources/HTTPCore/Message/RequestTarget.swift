/// Splits a request target into path and query (RFC 9112 §3.2). Nothing is decoded or normalised: what is decided
/// on is what is forwarded.
enum RequestTarget {
    static func parse(_ bytes: Span<UInt8>, _ head: inout RequestHead) throws(MessageError) {
        let target = head.target
        if bytes[target.lowerBound] == UInt8(ascii: "/"), head.method != .connect {
            head.form = .origin
            try parsePath(bytes, target, &head)
            return
        }
        if target.count == 1, bytes[target.lowerBound] == UInt8(ascii: "*"), head.method == .options {
            head.form = .asterisk
            head.path = target.upperBound..<target.upperBound
            head.query = nil
            return
        }
        if head.method == .connect {
            // RFC 9112 §3.2.3: a host and a port. A reverse proxy is no way to anywhere else.
            throw HostGrammar.isValid(bytes, target, needsPort: true) ? .tunnelNotOffered : .malformedTarget
        }
        guard let authority = authority(bytes, target) else { throw .malformedTarget }
        head.form = .absolute
        try parsePath(bytes, authority.upperBound..<target.upperBound, &head)
    }

    /// The authority of an absolute-form target with the scheme http or https.
    static func authority(_ bytes: Span<UInt8>, _ target: Range<Int>) -> Range<Int>? {
        let start = target.lowerBound
        let length: Int
        if target.count > 7, ASCII.isEqual(bytes, start..<start + 7, ignoringCaseOf: "http://") {
            length = 7
        } else if target.count > 8, ASCII.isEqual(bytes, start..<start + 8, ignoringCaseOf: "https://") {
            length = 8
        } else {
            return nil
        }
        var end = start + length
        while end < target.upperBound, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") { end += 1 }
        return start + length..<end
    }

    private static func parsePath(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ head: inout RequestHead
    ) throws(MessageError) {
        var index = bytes.endOfPlainPath(from: range.lowerBound, before: range.upperBound)
        while index < range.upperBound, ASCII.isPath(bytes[index]) {
            try checkEscape(bytes, at: index, before: range.upperBound)
            index += 1
        }
        head.path = range.lowerBound..<index
        head.query = nil
        if index == range.upperBound { return }
        guard bytes[index] == UInt8(ascii: "?") else { throw .malformedTarget }
        head.query = index + 1..<range.upperBound
        index += 1
        // A percent sign may stand for itself here, as a browser leaves it: what is decoded of a query is no path.
        while index < range.upperBound {
            guard ASCII.isQuery(bytes[index]) else { throw .malformedTarget }
            index += 1
        }
    }

    /// RFC 3986 §2.1: a percent sign comes with two hexadecimal digits.
    @inline(__always)
    private static func checkEscape(_ bytes: Span<UInt8>, at index: Int, before end: Int) throws(MessageError) {
        guard bytes[index] == UInt8(ascii: "%") else { return }
        guard index + 2 < end, ASCII.hexadecimalValue(bytes[index + 1]) != nil,
            ASCII.hexadecimalValue(bytes[index + 2]) != nil
        else { throw .malformedTarget }
    }
}
