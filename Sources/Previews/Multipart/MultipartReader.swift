internal import HTTPCore

/// What a step of reading has come to.
package enum MultipartStep: Equatable, Sendable {
    /// All bytes are used up.
    case needMore
    /// A whole picture, the bytes at this place of the reader: see `withBytes`.
    case picture(Range<Int>)
    /// The last delimiter: no picture follows.
    case ended
    /// What comes can't be read as pictures, and will not be.
    case unreadable(MultipartFault)
}

/// Why an answer is not read as pictures.
package enum MultipartFault: String, Equatable, Sendable, CaseIterable {
    /// Nothing that could begin a part within the first bytes.
    case noParts = "no_parts"
    /// A picture is larger than allowed.
    case tooLarge = "picture_too_large"
    /// Too many parts in a row were not what they said they were.
    case malformed = "malformed_parts"
}

/// Takes a Motion-JPEG answer (`multipart/x-mixed-replace`) apart into pictures, in all the ways in which cameras write one.
///
/// A value without input or output: bytes are appended in any pieces, and the same pictures come out wherever they are
/// split. Its source may be hostile: memory is bounded by the largest allowed picture and what one read brings, and no byte
/// is looked at more than a few times.
package struct MultipartReader: ~Copyable {
    private enum State {
        /// Nothing has been understood yet. → head
        case preamble
        /// Behind the text of a delimiter, before its line end. → head
        case delimiterLine
        /// → counted, searching
        case head
        /// Content of an announced length. → boundaryDue
        case counted(Int)
        /// The announced length has come; a delimiter must follow. `isTaken`: the picture has been given out, or is none.
        /// → delimiterLine, searching
        case boundaryDue(contentEnd: Int, isTaken: Bool)
        /// Content up to the next delimiter. `isDropped`: it is no picture. → delimiterLine
        case searching(isDropped: Bool)
        case over(MultipartStep)
    }

    private var state = State.preamble
    private var buffer = ByteBuffer()
    /// Where the element at hand begins: a line, or a part's content.
    private var start = 0
    /// How far the element at hand has been looked through.
    private var seen = 0
    private var head = PartHead()
    private var headStart = 0
    private var delimiter: PartDelimiter
    private var search: PatternSearch
    private var isFirstLine = true
    private var hasPictures = false
    private let pictureMaximum: Int

    /// Parts in a row that were not what they said they were.
    private var faultsInRow = 0
    /// Whether the part at hand is one of them.
    private var isFaulty = false
    /// All such parts.
    package private(set) var malformedParts = 0

    /// What comes before the first delimiter (RFC 2046: to be ignored).
    private static let preambleMaximum = 4096
    private static let headMaximum = 2048
    /// Where the first picture must have begun: until then everything is kept.
    private static let firstPartMaximum = 65536
    private static let faultsInRowMaximum = 16
    /// Blanks behind a delimiter, and line ends or zeros behind a picture.
    private static let paddingMaximum = 64

    /// `pictureMaximum`: bytes of the largest picture.
    package init(_ boundary: MultipartBoundary, pictureMaximum: Int) {
        delimiter = PartDelimiter(boundary)
        search = PatternSearch(delimiter.pattern)
        self.pictureMaximum = pictureMaximum
    }

    /// Adds bytes behind those before. Places that were told before are void.
    package mutating func append(_ bytes: Span<UInt8>) {
        // Before the first picture all is kept: if it can't be read, it is passed on as it came.
        if hasPictures, start > 0 {
            buffer.removeFirst(start)
            moveBack(by: start)
        }
        buffer.append(bytes)
    }

    private mutating func moveBack(by count: Int) {
        start -= count
        seen -= count
        headStart = max(0, headStart - count)
        if case .boundaryDue(let end, let isTaken) = state {
            state = .boundaryDue(contentEnd: end - count, isTaken: isTaken)
        }
    }

    /// The bytes that are kept: before the first picture all that have come.
    package borrowing func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        buffer.withSpan { body($0) }
    }

    /// Bytes of memory that it keeps.
    package var capacity: Int { buffer.capacity }

    /// Reads on until there is something to tell.
    package mutating func next() -> MultipartStep {
        // Taken out, so that the state can change while its bytes are looked at.
        var bytes = ByteBuffer()
        swap(&bytes, &buffer)
        let step: MultipartStep = bytes.withSpan { advance($0) }
        swap(&bytes, &buffer)
        return step
    }

    /// The source has closed: what is left is a picture if it is whole.
    package mutating func finish() -> MultipartStep {
        let step: MultipartStep
        switch state {
        case .boundaryDue(let end, isTaken: false): step = .picture(start..<end)
        case .searching(isDropped: false):
            let range = start..<buffer.count
            let isWhole = buffer.withSpan { JPEGMarkers.isWhole($0, range) }
            step = isWhole ? .picture(buffer.withSpan { JPEGMarkers.withoutTail($0, range) }) : .ended
        case .over(let end): return end
        case .preamble, .delimiterLine, .head, .counted, .boundaryDue, .searching: step = .ended
        }
        state = .over(.ended)
        return step
    }

    // MARK: Steps

    private mutating func advance(_ bytes: Span<UInt8>) -> MultipartStep {
        while true {
            let step: MultipartStep?
            switch state {
            case .preamble: step = readPreamble(bytes)
            case .delimiterLine: step = readDelimiterLine(bytes)
            case .head: step = readHead(bytes)
            case .counted(let length): step = count(bytes, length)
            case .boundaryDue(let end, let isTaken): step = expectDelimiter(bytes, end, isTaken: isTaken)
            case .searching(let isDropped): step = findDelimiter(bytes, isDropped: isDropped)
            case .over(let end): return end
            }
            guard let step else {
                guard hasPictures || start <= Self.firstPartMaximum else { return end(.unreadable(.noParts)) }
                continue
            }
            if case .picture = step { hasPictures = true }
            return step
        }
    }

    private mutating func end(_ step: MultipartStep) -> MultipartStep {
        state = .over(step)
        return step
    }

    /// The part at hand is not what it says it is; the step that ends all where there were too many such parts.
    private mutating func noteFault() -> MultipartStep? {
        malformedParts += 1
        faultsInRow += 1
        isFaulty = true
        return faultsInRow < Self.faultsInRowMaximum ? nil : end(.unreadable(.malformed))
    }

    private enum Line {
        /// Without its end; `start` is behind it.
        case whole(Range<Int>)
        case incomplete
        /// There is no line end before the limit; `start` is where it was.
        case tooLong
    }

    /// The line that begins at `start`; its end must stand before `limit`.
    private mutating func line(_ bytes: Span<UInt8>, before limit: Int) -> Line {
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

    private mutating func readPreamble(_ bytes: Span<UInt8>) -> MultipartStep? {
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

    private mutating func readDelimiterLine(_ bytes: Span<UInt8>) -> MultipartStep? {
        switch line(bytes, before: start + Self.paddingMaximum) {
        case .incomplete: return .needMore
        case .tooLong: return dropPart()
        case .whole:
            beginHead()
            return nil
        }
    }

    private mutating func beginHead() {
        head = PartHead()
        isFaulty = false
        headStart = start
        seen = start
        state = .head
    }

    private mutating func readHead(_ bytes: Span<UInt8>) -> MultipartStep? {
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
    private mutating func dropPart() -> MultipartStep? {
        if let end = noteFault() { return end }
        state = .searching(isDropped: true)
        seen = start
        return nil
    }

    private mutating func beginContent() {
        if let length = head.length, length <= pictureMaximum {
            state = .counted(length)
        } else {
            seen = start
            state = .searching(isDropped: head.kind == .foreign)
        }
    }

    /// Whether the content at `range` is a picture that may be given out.
    private func isPicture(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        switch head.kind {
        case .foreign: false
        case .image: !range.isEmpty
        case .jpeg, .unstated: JPEGMarkers.begins(bytes, range)
        }
    }

    /// What `isPicture` says no to is a fault only where a picture was announced.
    private mutating func noteMissingPicture(_ range: Range<Int>) -> MultipartStep? {
        head.kind == .jpeg && !range.isEmpty ? noteFault() : nil
    }

    private mutating func count(_ bytes: Span<UInt8>, _ length: Int) -> MultipartStep? {
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

    private mutating func expectDelimiter(_ bytes: Span<UInt8>, _ contentEnd: Int, isTaken: Bool) -> MultipartStep? {
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

    private mutating func passDelimiter(_ end: Int) {
        if search.pattern != delimiter.pattern { search = PatternSearch(delimiter.pattern) }
        start = end
        seen = end
        state = .delimiterLine
    }

    private mutating func findDelimiter(_ bytes: Span<UInt8>, isDropped: Bool) -> MultipartStep? {
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
            let content = JPEGMarkers.withoutTail(bytes, withoutLineEnd(bytes, start..<index))
            switch place {
            case .unknown, .other: return .needMore
            case .delimiter(let end): passDelimiter(end)
            case .closing: state = .over(.ended)
            }
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
    private mutating func contentTooLong(isDropped: Bool) -> MultipartStep? {
        if !isDropped, seen - start > pictureMaximum + Self.paddingMaximum { return end(.unreadable(.tooLarge)) }
        if isDropped, !hasPictures, seen > Self.firstPartMaximum { return end(.unreadable(.noParts)) }
        return nil
    }

    private mutating func giveOut(_ bytes: Span<UInt8>, _ content: Range<Int>) -> MultipartStep? {
        guard isPicture(bytes, content) else { return noteMissingPicture(content) }
        guard content.count <= pictureMaximum else { return end(.unreadable(.tooLarge)) }
        if !isFaulty { faultsInRow = 0 }
        return .picture(content)
    }

    private func withoutLineEnd(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var end = range.upperBound
        if end > range.lowerBound, bytes[end - 1] == 0x0A { end -= 1 }
        if end > range.lowerBound, bytes[end - 1] == 0x0D { end -= 1 }
        return range.lowerBound..<end
    }
}
