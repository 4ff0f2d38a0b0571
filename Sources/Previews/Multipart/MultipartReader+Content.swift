internal import HTTPCore

/// What stands between a part's head and the next delimiter.
extension MultipartReader {
    /// Whether the content at `range` is a picture that may be given out.
    func isPicture(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        switch head.kind {
        case .foreign: false
        case .image: !range.isEmpty
        case .jpeg, .unstated: JPEGMarkers.begins(bytes, range)
        }
    }

    /// What `isPicture` says no to is a fault only where a picture was announced.
    mutating func noteMissingPicture(_ range: Range<Int>) -> MultipartStep? {
        head.kind == .jpeg && !range.isEmpty ? noteFault() : nil
    }

    mutating func count(_ bytes: Span<UInt8>, _ length: Int) -> MultipartStep? {
        guard bytes.count - start >= length else { return .needMore }
        let range = start..<start + length
        guard isPicture(bytes, range) else {
            state = .boundaryDue(contentEnd: range.upperBound, isTaken: true)
            return noteMissingPicture(range)
        }
        // A JPEG that ends where it should is given out at once, and not only when the next one comes.
        let isWhole = JPEGMarkers.isWhole(bytes, range)
        state = .boundaryDue(contentEnd: range.upperBound, isTaken: isWhole)
        return isWhole ? .picture(range) : nil
    }

    mutating func expectDelimiter(_ bytes: Span<UInt8>, _ contentEnd: Int, isTaken: Bool) -> MultipartStep? {
        var index = contentEnd
        // Two line ends: some count the first to the content, some write one more.
        while index < contentEnd + 4, index < bytes.count, bytes[index] == 0x0D || bytes[index] == 0x0A { index += 1 }
        guard index < bytes.count else { return .needMore }
        let picture = start..<contentEnd
        let isLine = !delimiter.isBare || bytes[index - 1] == 0x0A
        switch isLine ? delimiter.place(at: index, in: bytes) : .other {
        case .unknown: return .needMore
        case .delimiter(let end):
            if !isFaulty { faultsInRow = 0 }
            passDelimiter(end)
            return isTaken ? nil : .picture(picture)
        case .closing:
            state = .over(.ended)
            return isTaken ? .ended : .picture(picture)
        case .other:
            // The length is wrong. What was given out stays so; else the content is searched for its end.
            if let end = noteFault() { return end }
            if isTaken { start = contentEnd }
            seen = start
            state = .searching(isDropped: isTaken)
            return nil
        }
    }

    mutating func passDelimiter(_ end: Int) {
        if search.pattern != delimiter.pattern { search = PatternSearch(delimiter.pattern) }
        start = end
        seen = end
        state = .delimiterLine
    }

    mutating func findDelimiter(_ bytes: Span<UInt8>, isDropped: Bool) -> MultipartStep? {
        if search.pattern != delimiter.pattern { search = PatternSearch(delimiter.pattern) }
        while let found = search.first(in: bytes, from: seen) {
            // Where both spellings are possible the hyphens before it may belong to it.
            let isLonger =
                delimiter.learnt == nil && found >= start + 2 && bytes[found - 1] == 0x2D && bytes[found - 2] == 0x2D
            let index = isLonger ? found - 2 : found
            let isLine = !delimiter.isBare || index == start || bytes[index - 1] == 0x0A
            let place = isLine ? delimiter.place(at: index, in: bytes) : .other
            if place == .other {
                seen = found + 1
                continue
            }
            seen = found
            if let end = contentTooLong(isDropped: isDropped) { return end }
            if place == .unknown { return .needMore }
            let content = JPEGMarkers.withoutTail(bytes, withoutLineEnd(bytes, start..<index))
            if case .delimiter(let end) = place { passDelimiter(end) } else { state = .over(.ended) }
            return isDropped ? nil : giveOut(bytes, content)
        }
        seen = max(seen, bytes.count - search.pattern.count + 1)
        if let end = contentTooLong(isDropped: isDropped) { return end }
        // Nothing of what is dropped is wanted any more, but a line end and hyphens that may stand before the delimiter.
        if isDropped, hasPictures { start = max(start, seen - 4) }
        return .needMore
    }

    /// No delimiter stands before `seen`: whether that is further than one may be. Told by places, not by how much has come, so
    /// that it does not matter in which pieces it came.
    mutating func contentTooLong(isDropped: Bool) -> MultipartStep? {
        if !isDropped, seen - start > pictureMaximum + Self.paddingMaximum { return end(.unreadable(.tooLarge)) }
        if isDropped, !hasPictures, seen > Self.firstPartMaximum { return end(.unreadable(.noParts)) }
        return nil
    }

    mutating func giveOut(_ bytes: Span<UInt8>, _ content: Range<Int>) -> MultipartStep? {
        guard isPicture(bytes, content) else { return noteMissingPicture(content) }
        guard content.count <= pictureMaximum else { return end(.unreadable(.tooLarge)) }
        if !isFaulty { faultsInRow = 0 }
        return .picture(content)
    }

    func withoutLineEnd(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var end = range.upperBound
        if end > range.lowerBound, bytes[end - 1] == 0x0A { end -= 1 }
        if end > range.lowerBound, bytes[end - 1] == 0x0D { end -= 1 }
        return range.lowerBound..<end
    }
}
