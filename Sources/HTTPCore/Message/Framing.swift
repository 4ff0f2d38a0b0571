/// How the end of a message's content is known (RFC 9112 §6.3). Decided here and nowhere else.
package enum ContentFraming: Sendable, Equatable {
    case none
    /// That many bytes. Zero of a request means none.
    case length(Int)
    case chunked
    /// Until the connection closes: responses only.
    case untilClose

    /// See `Method`.
    @inline(__always)
    package static func == (one: ContentFraming, other: ContentFraming) -> Bool {
        switch (one, other) {
        case (.none, .none), (.chunked, .chunked), (.untilClose, .untilClose): true
        case (.length(let one), .length(let other)): one == other
        case (.none, _), (.length, _), (.chunked, _), (.untilClose, _): false
        }
    }
}

extension ContentFraming {
    /// The framing of a request with these fields.
    ///
    /// RFC 9112 §6.3 lets a recipient repair some messages that state their length twice. None is repaired here:
    /// what two readers may take differently is request smuggling.
    static func ofRequest(
        _ bytes: Span<UInt8>, _ fields: borrowing FieldTable, version: HTTPVersion
    ) throws(MessageError) -> ContentFraming {
        if fields.contains(.transferEncoding) {
            try checkTransferEncoding(bytes, fields, version: version)
            return .chunked
        }
        guard let length = try contentLength(bytes, fields) else { return .none }
        return length == 0 ? .none : .length(length)
    }

    /// The framing of a final response with these fields to a request of that method.
    static func ofResponse(
        _ bytes: Span<UInt8>, _ fields: borrowing FieldTable, version: HTTPVersion, status: Int, method: Method,
        announced: inout Int?
    ) throws(MessageError) -> ContentFraming {
        let isCoded = fields.contains(.transferEncoding)
        if isCoded { try checkTransferEncoding(bytes, fields, version: version) }
        let length = try contentLength(bytes, fields)
        announced = length
        if method == .head || status < 200 || status == 204 || status == 304 { return .none }
        if isCoded { return .chunked }
        return length.map { .length($0) } ?? .untilClose
    }

    private static func checkTransferEncoding(
        _ bytes: Span<UInt8>, _ fields: borrowing FieldTable, version: HTTPVersion
    ) throws(MessageError) {
        // CL.TE and TE.CL smuggling: never both, whichever would win.
        if fields.contains(.contentLength) { throw .contentLengthWithTransferEncoding }
        // RFC 9112 §6.1: Transfer-Encoding in a 1.0 message means that its framing is faulty.
        if version == .http10 { throw .transferEncodingInHTTP10 }
        guard let value = fields.value(.transferEncoding), !fields.repeats(.transferEncoding) else {
            throw .malformedTransferEncoding
        }
        if ASCII.isEqual(bytes, value, ignoringCaseOf: "chunked") { return }
        try refuseCodings(bytes, value)
    }

    /// Tells an unknown coding (501) from a list that is malformed or does not end in chunked (400).
    private static func refuseCodings(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(MessageError) -> Never {
        var codings = ListElements(value)
        var chunked = 0
        var last = false
        var any = false
        while let element = codings.next(bytes) {
            guard !element.isEmpty else { throw .malformedTransferEncoding }
            for index in element where !ASCII.isToken(bytes[index]) { throw .malformedTransferEncoding }
            last = ASCII.isEqual(bytes, element, ignoringCaseOf: "chunked")
            if last { chunked += 1 }
            any = true
        }
        if !any || chunked > 1 || chunked == 1 && !last { throw .malformedTransferEncoding }
        throw .unknownTransferCoding
    }

    private static func contentLength(
        _ bytes: Span<UInt8>, _ fields: borrowing FieldTable
    ) throws(MessageError) -> Int? {
        guard let value = fields.value(.contentLength) else { return nil }
        // Even two equal ones are refused: a reader behind us may join them or take either.
        if fields.repeats(.contentLength) { throw .repeatedContentLength }
        guard !value.isEmpty else { throw .malformedContentLength }
        // 010 is ten by the RFC, and eight to readers that take a leading zero for a sign of octal digits.
        if value.count > 1, bytes[value.lowerBound] == UInt8(ascii: "0") { throw .malformedContentLength }
        var length = 0
        for index in value {
            let byte = bytes[index]
            guard ASCII.isDigit(byte) else { throw .malformedContentLength }
            let (shifted, isShiftTooFar) = length.multipliedReportingOverflow(by: 10)
            let (sum, isSumTooBig) = shifted.addingReportingOverflow(Int(byte &- 0x30))
            guard !isShiftTooFar, !isSumTooBig else { throw .malformedContentLength }
            length = sum
        }
        return length
    }
}

/// The elements of a comma-separated field value (RFC 9110 §5.6.1), without the white space around them; empty ones
/// come too.
package struct ListElements: Sendable {
    private let end: Int
    private var position: Int
    private var isAtEnd = false

    /// The elements of the value at `range`.
    package init(_ range: Range<Int>) {
        end = range.upperBound
        position = range.lowerBound
    }

    package mutating func next(_ bytes: Span<UInt8>) -> Range<Int>? {
        if isAtEnd { return nil }
        var comma = position
        while comma < end, bytes[comma] != UInt8(ascii: ",") { comma += 1 }
        let element = ASCII.trim(bytes, position..<comma)
        isAtEnd = comma == end
        position = comma + 1
        return element
    }
}

extension ASCII {
    /// The range without spaces and tabs at either end (OWS, RFC 9110 §5.6.3).
    @inline(__always)
    package static func trim(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }
}
