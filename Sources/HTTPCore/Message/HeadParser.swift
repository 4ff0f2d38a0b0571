/// Parses message heads in place: stateless over the bytes that have come, which start with the message. It returns
/// false while the head is incomplete, and throws as soon as a whole line shows that it can't become valid. Nothing
/// is repaired: bare LF, folding, white space before a colon, a second space in the request line are errors (RFC 9112
/// §2.2, §5.1, §5.2 allow refusing each).
package struct HeadParser: Sendable {
    package let limits: MessageLimits

    package init(limits: MessageLimits = MessageLimits()) {
        self.limits = limits
    }

    /// Reads a request head from `bytes` into `head`, whose memory is used again. After an error its method is the
    /// request's, where that much was right, else `other`: the answer to HEAD has no content, a refusal neither.
    package func parse(_ bytes: Span<UInt8>, into head: inout RequestHead) throws(MessageError) -> Bool {
        head.fields.removeAll()
        head.method = .other
        // Seen at once, not when its line ends: what is no HTTP at all often has no lines.
        if bytes.count > 0, !ASCII.isToken(bytes[0]) {
            throw bytes[0] == 0x0A ? .lineEndWithoutCarriageReturn : .malformedRequestLine
        }
        if bytes.count >= limits.startLine { try checkMethodEnds(bytes) }
        guard
            let lineEnd = try endOfLine(
                bytes, from: 0, limit: limits.startLine, tooLong: .startLineTooLong, control: .malformedRequestLine)
        else { return false }
        try parseRequestLine(bytes, 0..<lineEnd, into: &head)
        guard let end = try parseFields(bytes, from: lineEnd + 2, into: &head.fields) else { return false }
        head.length = end
        try RequestRules.check(bytes, &head)
        return true
    }

    /// Reads a response head. `method` is the request's: with it the content's framing is decided.
    package func parse(
        _ bytes: Span<UInt8>, answering method: Method, into head: inout ResponseHead
    ) throws(MessageError) -> Bool {
        head.fields.removeAll()
        guard
            let lineEnd = try endOfLine(
                bytes, from: 0, limit: limits.startLine, tooLong: .startLineTooLong, control: .malformedStatusLine)
        else { return false }
        try parseStatusLine(bytes, 0..<lineEnd, into: &head)
        guard let end = try parseFields(bytes, from: lineEnd + 2, into: &head.fields) else { return false }
        head.length = end
        head.framing = try .ofResponse(
            bytes, head.fields, version: head.version, status: head.status, method: method,
            announced: &head.announcedLength)
        let options = try ConnectionOptions(checking: bytes, head.fields)
        head.nominatesFields = options.namesFields
        head.isPersistent =
            !options.hasClose && (head.version == .http11 || options.hasKeepAlive) && head.framing != .untilClose
            && !statesContentWhereNoneIs(head)
        return true
    }

    /// RFC 9110 §8.6, RFC 9112 §6.1: neither length nor coding stands in 1xx and 204. Where one does, the sender may
    /// send content all the same, which would pass for the next answer.
    private func statesContentWhereNoneIs(_ head: borrowing ResponseHead) -> Bool {
        guard head.status < 200 || head.status == 204 else { return false }
        return head.fields.contains(.transferEncoding) || (head.announcedLength ?? 0) > 0
    }

    /// The index of the CR that ends the line at `start`, or nil while its LF has not come. `tooLong` and `control`:
    /// what to throw for a line above `limit`, and for a control character in it.
    private func endOfLine(
        _ bytes: Span<UInt8>, from start: Int, limit: Int, tooLong: MessageError, control: MessageError
    ) throws(MessageError) -> Int? {
        // A line of exactly the limit is let through, so its CR is looked for one byte further.
        let bound = min(bytes.count, start + limit + 1)
        var index = start
        // Field values and request lines hold no byte below a space but tab: the loop ends at CR, LF or a fault.
        while true {
            index = bytes.firstControl(from: index, before: bound)
            guard index < bound, bytes[index] == 0x09 else { break }
            index += 1
        }
        guard index < bound else {
            if index - start > limit { throw tooLong }
            return nil
        }
        guard bytes[index] == 0x0D else {
            throw bytes[index] == 0x0A ? .lineEndWithoutCarriageReturn : control
        }
        guard index + 1 < bytes.count else { return nil }
        guard bytes[index + 1] == 0x0A else { throw .carriageReturnAlone }
        return index
    }

    /// A line that is too long is one with a long target (414), not a method without end.
    private func checkMethodEnds(_ bytes: Span<UInt8>) throws(MessageError) {
        if bytes.endOfToken(from: 0, before: limits.startLine) == limits.startLine { throw .malformedRequestLine }
    }

    private func parseRequestLine(
        _ bytes: Span<UInt8>, _ line: Range<Int>, into head: inout RequestHead
    ) throws(MessageError) {
        let index = bytes.endOfToken(from: line.lowerBound, before: line.upperBound)
        guard index > line.lowerBound, index < line.upperBound, bytes[index] == 0x20 else {
            throw .malformedRequestLine
        }
        head.method = Method(bytes, line.lowerBound..<index)
        let targetStart = index + 1
        // The version is the last nine bytes, its space included; the target may hold no space.
        let versionStart = line.upperBound - 8
        guard versionStart - 1 > targetStart, bytes[versionStart - 1] == 0x20 else { throw .malformedRequestLine }
        head.version = try version(bytes, at: versionStart)
        head.target = targetStart..<versionStart - 1
        try RequestTarget.parse(bytes, &head)
    }

    private func parseStatusLine(
        _ bytes: Span<UInt8>, _ line: Range<Int>, into head: inout ResponseHead
    ) throws(MessageError) {
        // HTTP/1.1 SP 3DIGIT [SP reason]: servers that leave out the last space leave nothing open to doubt.
        guard line.count >= 12, bytes[line.lowerBound + 8] == 0x20 else { throw .malformedStatusLine }
        do {
            head.version = try version(bytes, at: line.lowerBound)
        } catch {
            throw .malformedStatusLine
        }
        let code = line.lowerBound + 9
        guard ASCII.isDigit(bytes[code]), ASCII.isDigit(bytes[code + 1]), ASCII.isDigit(bytes[code + 2]) else {
            throw .malformedStatusLine
        }
        head.status =
            Int(bytes[code] &- 0x30) * 100 + Int(bytes[code + 1] &- 0x30) * 10 + Int(bytes[code + 2] &- 0x30)
        guard (100..<600).contains(head.status) else { throw .malformedStatusLine }
        if line.count > 12 {
            guard bytes[line.lowerBound + 12] == 0x20 else { throw .malformedStatusLine }
            head.reason = line.lowerBound + 13..<line.upperBound
        } else {
            head.reason = line.upperBound..<line.upperBound
        }
    }

    /// Byte for byte `HTTP/1.1` or `HTTP/1.0`; other digits are another version (505), other bytes no version at all.
    private func version(_ bytes: Span<UInt8>, at start: Int) throws(MessageError) -> HTTPVersion {
        if bytes.isEqual(start..<start + 8, "HTTP/1.1") { return .http11 }
        guard bytes[start] == 0x48, bytes[start + 1] == 0x54, bytes[start + 2] == 0x54, bytes[start + 3] == 0x50,
            bytes[start + 4] == 0x2F, ASCII.isDigit(bytes[start + 5]), bytes[start + 6] == 0x2E,
            ASCII.isDigit(bytes[start + 7])
        else { throw .malformedRequestLine }
        guard bytes[start + 5] == 0x31 else { throw .unsupportedVersion }
        guard bytes[start + 7] == 0x30 else { throw .unsupportedVersion }
        return .http10
    }

    /// Reads field lines up to the empty line; returns the index after it, or nil while it has not come.
    private func parseFields(
        _ bytes: Span<UInt8>, from start: Int, into fields: inout FieldTable
    ) throws(MessageError) -> Int? {
        var position = start
        // Nothing behind the limit is judged: what a head is refused for must not depend on how much of it has come.
        let bound = min(bytes.count, limits.head)
        while true {
            if position >= limits.head { throw .headTooLong }
            guard position < bound else { return nil }
            if bytes[position] == 0x0D {
                guard position + 1 < bytes.count else { return nil }
                guard bytes[position + 1] == 0x0A else { throw .carriageReturnAlone }
                guard position + 2 <= limits.head else { throw .headTooLong }
                return position + 2
            }
            let colon = bytes.endOfToken(from: position, before: bound)
            guard colon < bound else {
                if colon >= limits.head { throw .headTooLong }
                return nil
            }
            guard bytes[colon] == 0x3A, colon > position else {
                try refuseName(bytes, line: position, at: colon)
            }
            var lineEnd = bytes.firstControl(from: colon + 1, before: bound)
            // So most lines end. What else it may be (a tab, an error, a line that is not whole) is seen from the start.
            if lineEnd + 2 > bound || !bytes.isEqual(lineEnd..<lineEnd + 2, "\r\n") {
                guard
                    let end = try endOfLine(
                        bytes, from: colon + 1, limit: max(1, limits.head - colon - 2), tooLong: .headTooLong,
                        control: .malformedFieldValue)
                else { return nil }
                guard end + 2 <= limits.head else { throw .headTooLong }
                lineEnd = end
            }
            guard fields.count < limits.fields else { throw .tooManyFields }
            let name = FieldName(bytes, position..<colon)
            if name == .other, FieldName.isFramingAlias(bytes, position..<colon) { throw .aliasedFieldName }
            fields.append(
                FieldLine(name, name: position..<colon, value: ASCII.trim(bytes, colon + 1..<lineEnd)))
            position = lineEnd + 2
        }
    }

    private func refuseName(_ bytes: Span<UInt8>, line: Int, at index: Int) throws(MessageError) -> Never {
        if index == line, bytes[index] == 0x20 || bytes[index] == 0x09 { throw .foldedField }
        if bytes[index] == 0x0A { throw .lineEndWithoutCarriageReturn }
        throw .malformedFieldName
    }
}
