/// One step of reading content.
package enum ContentStep: Equatable, Sendable {
    /// These bytes are content.
    case content(Range<Int>)
    /// All bytes are used up; the content goes on.
    case needMore
    /// The content is complete.
    case finished
}

/// Reads the chunked transfer coding (RFC 9112 §7.1), resumable at every byte. Every delimiter is checked; extensions
/// and trailer fields are checked, bounded and dropped.
package struct ChunkedDecoder: Sendable {
    private enum State: Sendable {
        /// → size, or an error: at least one digit
        case firstDigit
        /// → chunkExtension, sizeLF
        case size
        /// → sizeLF
        case chunkExtension
        /// → data, trailers
        case sizeLF
        /// → dataCR
        case data
        case dataCR
        /// → firstDigit
        case dataLF
        /// → finished
        case trailers
        case finished
    }

    private var state = State.firstDigit
    /// What is left of the chunk being read; while its size is read, the size so far.
    private var remaining: UInt64 = 0
    private var digits: UInt8 = 0
    private var extensions = ChunkExtension()
    private var trailers = TrailerSection()
    /// Bytes of framing and of content so far: many tiny chunks cost us more than they carry.
    private var overhead = 0
    private var carried = 0
    private let maximum: Int

    /// `maximum` bounds the content, in bytes: a chunk that would go beyond is refused when its size is announced.
    package init(maximum: Int = .max) {
        self.maximum = maximum
    }

    /// Reads on from `position`, which moves past what is used.
    package mutating func next(_ bytes: Span<UInt8>, from position: inout Int) throws(MessageError) -> ContentStep {
        while position < bytes.count {
            if case .data = state {
                let length = Int(min(UInt64(bytes.count - position), remaining))
                let start = position
                position += length
                remaining -= UInt64(length)
                carried &+= length
                if remaining == 0 { state = .dataCR }
                return .content(start..<start + length)
            }
            let byte = bytes[position]
            position += 1
            overhead &+= 1
            try step(byte)
            if case .finished = state { return .finished }
        }
        // 64 KiB of framing that outweighs the content four times: an attack, not an encoder.
        if overhead > 65536, overhead / 4 > carried { throw .chunkOverhead }
        if case .finished = state { return .finished }
        return .needMore
    }

    private mutating func step(_ byte: UInt8) throws(MessageError) {
        switch state {
        case .firstDigit:
            guard let digit = ASCII.hexadecimalValue(byte) else { throw .malformedChunk }
            remaining = UInt64(digit)
            digits = 1
            extensions = ChunkExtension()
            state = .size
        case .size:
            if let digit = ASCII.hexadecimalValue(byte) {
                digits += 1
                // 15 digits leave room for every later sum; a chunk of 2^60 bytes does not exist.
                guard digits <= 15 else { throw .chunkTooLong }
                remaining = remaining << 4 | UInt64(digit)
            } else if byte == 0x0D {
                state = .sizeLF
            } else if byte == UInt8(ascii: ";") || byte == 0x20 || byte == 0x09 {
                _ = try extensions.read(byte)
                state = .chunkExtension
            } else {
                throw .malformedChunk
            }
        case .chunkExtension:
            if try extensions.read(byte) { state = .sizeLF }
        case .sizeLF:
            guard byte == 0x0A else { throw .malformedChunk }
            if remaining > UInt64(max(0, maximum &- carried)) { throw .contentTooLong }
            state = remaining == 0 ? .trailers : .data
        case .data:
            preconditionFailure("content is taken in runs, not byte by byte")
        case .dataCR:
            guard byte == 0x0D else { throw .malformedChunk }
            state = .dataLF
        case .dataLF:
            guard byte == 0x0A else { throw .malformedChunk }
            state = .firstDigit
        case .trailers:
            if try trailers.read(byte) { state = .finished }
        case .finished:
            preconditionFailure("nothing is read after the end")
        }
    }
}
