internal import HTTPCore

/// Lines: what stands before the first part, delimiters, and the heads of parts.
extension MultipartReader {
    enum Line {
        /// Without its end; `start` is behind it.
        case whole(Range<Int>)
        case incomplete
        /// There is no line end before the limit; `start` is where it was.
        case tooLong
    }

    /// The line that begins at `start`; its end must stand before `limit`.
    mutating func line(_ bytes: Span<UInt8>, before limit: Int) -> Line {
        while seen < min(bytes.count, limit) {
            defer { seen += 1 }
            guard bytes[seen] == 0x0A else { continue }
            var last = seen
            while last > start, bytes[last - 1] == 0x0D || bytes[last - 1] == 0x20 || bytes[last - 1] == 0x09 {
                last -= 1
            }
            let line = start..<last
            start = seen + 1
            return .whole(line)
        }
        return seen < limit ? .incomplete : .tooLong
    }

    mutating func readPreamble(_ bytes: Span<UInt8>) -> MultipartStep? {
        let lineStart = start
        switch line(bytes, before: Self.preambleMaximum) {
        case .incomplete: return .needMore
        case .tooLong: return end(.unreadable(.noParts))
        case .whole(let line):
            if line.isEmpty { return nil }
            defer { isFirstLine = false }
            if delimiter.learn(bytes, line, isFirst: isFirstLine) {
                beginHead()
            } else if delimiter.isClosing(bytes, line) {
                return end(.ended)
            } else if PartHead.begins(bytes, line) {
                // No delimiter stands before the first part: this line is its own first.
                beginHead()
                headStart = lineStart
                _ = head.take(bytes, line)
            }
            return nil
        }
    }

    mutating func readDelimiterLine(_ bytes: Span<UInt8>) -> MultipartStep? {
        switch line(bytes, before: start + Self.paddingMaximum) {
        case .incomplete: return .needMore
        case .tooLong: return dropPart()
        case .whole:
            beginHead()
            return nil
        }
    }

    mutating func beginHead() {
        head = PartHead()
        isFaulty = false
        headStart = start
        seen = start
        state = .head
    }

    mutating func readHead(_ bytes: Span<UInt8>) -> MultipartStep? {
        switch line(bytes, before: headStart + Self.headMaximum) {
        case .incomplete: return .needMore
        case .tooLong: return dropPart()
        case .whole(let line):
            if line.isEmpty {
                beginContent()
                return nil
            }
            if delimiter.learn(bytes, line, isFirst: false) {
                // Some write it twice. Within a head it ends a part that has no content.
                let fault = head.isEmpty ? nil : noteFault()
                if fault == nil { beginHead() }
                return fault
            }
            if delimiter.isClosing(bytes, line) { return end(.ended) }
            return head.take(bytes, line) ? nil : dropPart()
        }
    }

    /// Passes over what follows, up to the next delimiter.
    mutating func dropPart() -> MultipartStep? {
        if let end = noteFault() { return end }
        state = .searching(isDropped: true)
        seen = start
        return nil
    }

    mutating func beginContent() {
        if let length = head.length, length <= pictureMaximum {
            state = .counted(length)
        } else {
            seen = start
            state = .searching(isDropped: head.kind == .foreign)
        }
    }
}
