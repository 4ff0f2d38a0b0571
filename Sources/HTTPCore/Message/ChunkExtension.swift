/// Checks the extensions of one chunk (RFC 9112 §7.1.1) byte by byte. They mean nothing to us and are dropped; what does
/// not keep to their grammar has made readers take the end of the line for a part of it (CVE-2025-55315).
struct ChunkExtension: Sendable {
    private enum State: Sendable {
        /// White space before a semicolon; at the end of the line there may be none. → nameStart
        case space
        /// → name
        case nameStart
        /// → nameSpace, valueStart, nameStart, end
        case name
        /// → valueStart, nameStart
        case nameSpace
        /// → value, quoted
        case valueStart
        /// → space, nameStart, end
        case value
        /// → quotedPair, valueEnd
        case quoted
        /// → quoted
        case quotedPair
        /// → space, nameStart, end
        case valueEnd
    }

    private var state = State.space
    private var length: UInt16 = 0

    /// Reads a byte behind the chunk's size, which is white space or a semicolon at first. True where it is the CR that
    /// ends the line.
    mutating func read(_ byte: UInt8) throws(MessageError) -> Bool {
        length += 1
        guard length <= MessageLimits.chunkExtension else { throw .malformedChunk }
        switch (state, byte) {
        case (.space, 0x20), (.space, 0x09), (.nameStart, 0x20), (.nameStart, 0x09), (.nameSpace, 0x20),
            (.nameSpace, 0x09), (.valueStart, 0x20), (.valueStart, 0x09):
            break
        case (.name, 0x20), (.name, 0x09):
            state = .nameSpace
        case (.value, 0x20), (.value, 0x09), (.valueEnd, 0x20), (.valueEnd, 0x09):
            state = .space
        case (.space, UInt8(ascii: ";")), (.name, UInt8(ascii: ";")), (.nameSpace, UInt8(ascii: ";")),
            (.value, UInt8(ascii: ";")), (.valueEnd, UInt8(ascii: ";")):
            state = .nameStart
        case (.name, UInt8(ascii: "=")), (.nameSpace, UInt8(ascii: "=")):
            state = .valueStart
        case (.valueStart, UInt8(ascii: "\"")):
            state = .quoted
        case (.quoted, UInt8(ascii: "\"")):
            state = .valueEnd
        case (.quoted, UInt8(ascii: "\\")):
            state = .quotedPair
        case (.name, 0x0D), (.value, 0x0D), (.valueEnd, 0x0D):
            return true
        case (.nameStart, _), (.name, _):
            guard ASCII.isToken(byte) else { throw .malformedChunk }
            state = .name
        case (.valueStart, _), (.value, _):
            guard ASCII.isToken(byte) else { throw .malformedChunk }
            state = .value
        case (.quoted, _), (.quotedPair, _):
            guard ASCII.isFieldValue(byte) else { throw .malformedChunk }
            state = .quoted
        case (.space, _), (.nameSpace, _), (.valueEnd, _):
            throw .malformedChunk
        }
        return false
    }
}
