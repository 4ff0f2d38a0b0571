import HTTPCore

/// Content after a head, in each framing: read whole, in parts and byte by byte it is the same, and the same as the
/// reference reads; written as chunks and read again too.
enum ContentTarget {
    static func run(_ bytes: [UInt8]) throws(Finding) {
        var input = FuzzInput(bytes)
        let framing: ContentFraming
        switch input.choice(8) {
        case 0: framing = .none
        case 1: framing = .untilClose
        case 2: framing = .length(input.number())
        default: framing = .chunked
        }
        let maximum = input.choice(4) == 3 ? input.choice(256) : .max
        let places = [input.number(), input.number()]
        let message = input.bytes
        let whole = ContentReading(framing, [message], maximum: maximum)
        try require(
            ContentReading(framing, message.split(at: places), maximum: maximum) == whole, "parts differ from the whole"
        )
        try require(
            ContentReading(framing, message.map { [$0] }, maximum: maximum) == whole, "bytes differ from the whole")
        switch framing {
        case .none:
            try require(whole.content.isEmpty && whole.used == 0 && whole.end == .finished, "content out of nothing")
        case .untilClose: try require(whole.content == message && whole.end == .needMore, "not all of it is content")
        case .length(let length):
            try require(
                whole.content == Array(message.prefix(length)), "another content than the first \(length) bytes")
            try require((whole.end == .finished) == (message.count >= length), "the end is not where the length says")
        case .chunked:
            try require(whole.content.count <= maximum, "more than is allowed")
            try compare(whole, ReferenceChunks(message), maximum)
            try require(rewritten(whole.content, places), "chunks of our own can't be read")
        }
    }

    private static func compare(
        _ found: ContentReading, _ expected: ReferenceChunks, _ maximum: Int
    ) throws(Finding) {
        switch found.end {
        case .finished:
            try require(expected.end == found.used, "an end where there is none")
            try require(expected.content == found.content, "another content")
        case .needMore:
            try require(expected.end == nil && !expected.isMalformed, "the end is not seen")
            try require(expected.content == found.content, "another content so far")
        case .refused(.contentTooLong): try require(maximum < .max, "a limit that is not there")
        // Limits of their own, which the reference has not.
        case .refused(.chunkTooLong), .refused(.chunkOverhead): break
        case .refused(let error): try require(expected.isMalformed, "refused for \(error.code), by rights valid")
        }
    }

    /// Whether the content in chunks of ours is read as what it was.
    private static func rewritten(_ content: [UInt8], _ places: [Int]) -> Bool {
        var chunks: [UInt8] = []
        for part in content.split(at: places) where !part.isEmpty {
            chunks.append(hexadecimal: part.count)
            chunks += [13, 10] + part + [13, 10]
        }
        chunks += Array("0\r\n\r\n".utf8)
        let again = ContentReading(.chunked, [chunks], maximum: .max)
        return again.content == content && again.end == .finished && again.used == chunks.count
    }
}

/// All that a content reader makes of bytes that come in parts.
struct ContentReading: Equatable {
    enum End: Equatable {
        case needMore
        case finished
        case refused(MessageError)
    }

    var content: [UInt8] = []
    var used = 0
    var end = End.needMore

    init(_ framing: ContentFraming, _ parts: [[UInt8]], maximum: Int) {
        var reader = ContentReader(framing, maximum: maximum)
        for part in parts {
            var position = 0
            defer { used += position }
            var isPartUsed = false
            while !isPartUsed {
                do throws(MessageError) {
                    switch try reader.next(part.span, from: &position) {
                    case .content(let run): content += part[run]
                    case .needMore: isPartUsed = true
                    case .finished:
                        end = .finished
                        return
                    }
                } catch {
                    end = .refused(error)
                    return
                }
            }
        }
        // A length of zero, or nothing at all, ends without a byte.
        if reader.isFinished { end = .finished }
    }
}
