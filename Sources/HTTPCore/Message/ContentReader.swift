/// Tells which of the bytes after a head are its content, whatever the framing.
package struct ContentReader: Sendable {
    private enum State: Sendable {
        case finished
        case counting(remaining: Int)
        case chunked(ChunkedDecoder)
        case untilClose
    }

    private var state: State

    /// `maximum` bounds content in chunks, in bytes; a length is known before.
    package init(_ framing: ContentFraming, maximum: Int = .max) {
        state =
            switch framing {
            case .none: .finished
            case .length(let length): length == 0 ? .finished : .counting(remaining: length)
            case .chunked: .chunked(ChunkedDecoder(maximum: maximum))
            case .untilClose: .untilClose
            }
    }

    package var isFinished: Bool {
        if case .finished = state { true } else { false }
    }

    /// Bytes of content that are still to come, where that is known.
    package var remaining: Int? {
        switch state {
        case .finished: 0
        case .counting(let remaining): remaining
        case .chunked, .untilClose: nil
        }
    }

    /// Reads on from `position`, which moves past what is used. After `.finished` nothing more is used.
    package mutating func next(_ bytes: Span<UInt8>, from position: inout Int) throws(MessageError) -> ContentStep {
        switch state {
        case .finished:
            return .finished
        case .counting(let remaining):
            let length = min(remaining, bytes.count - position)
            guard length > 0 else { return .needMore }
            let start = position
            position += length
            state = length == remaining ? .finished : .counting(remaining: remaining - length)
            return .content(start..<start + length)
        case .chunked(var decoder):
            let step = try decoder.next(bytes, from: &position)
            state = step == .finished ? .finished : .chunked(decoder)
            return step
        case .untilClose:
            guard position < bytes.count else { return .needMore }
            let start = position
            position = bytes.count
            return .content(start..<bytes.count)
        }
    }

    /// The sender has closed its side: whether the content is complete.
    package mutating func closed() -> Bool {
        switch state {
        case .finished: return true
        case .untilClose:
            state = .finished
            return true
        case .counting, .chunked: return false
        }
    }
}
