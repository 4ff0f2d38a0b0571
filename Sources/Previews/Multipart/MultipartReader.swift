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
    enum State {
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

    var state = State.preamble
    var buffer = ByteBuffer()
    /// Where the element at hand begins: a line, or a part's content.
    var start = 0
    /// How far the element at hand has been looked through.
    var seen = 0
    var head = PartHead()
    var headStart = 0
    var delimiter: PartDelimiter
    var search: PatternSearch
    var isFirstLine = true
    var hasPictures = false
    let pictureMaximum: Int

    /// Parts in a row that were not what they said they were.
    var faultsInRow = 0
    /// Whether the part at hand is one of them.
    var isFaulty = false
    /// All such parts.
    package internal(set) var malformedParts = 0

    /// What comes before the first delimiter (RFC 2046: to be ignored).
    static let preambleMaximum = 4096
    static let headMaximum = 2048
    /// Where the first picture must have begun: until then everything is kept.
    static let firstPartMaximum = 65536
    static let faultsInRowMaximum = 16
    /// Blanks behind a delimiter, and line ends or zeros behind a picture.
    static let paddingMaximum = 64

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

    mutating func moveBack(by count: Int) {
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

    /// Type and subtype of the picture that the last step has told; that of a JPEG unless its source says something else.
    package var pictureType: [UInt8] { head.essence.isEmpty ? Array("image/jpeg".utf8) : head.essence }

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

    mutating func advance(_ bytes: Span<UInt8>) -> MultipartStep {
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

    mutating func end(_ step: MultipartStep) -> MultipartStep {
        state = .over(step)
        return step
    }

    /// The part at hand is not what it says it is; the step that ends all where there were too many such parts.
    mutating func noteFault() -> MultipartStep? {
        malformedParts += 1
        faultsInRow += 1
        isFaulty = true
        return faultsInRow < Self.faultsInRowMaximum ? nil : end(.unreadable(.malformed))
    }
}
