/// Checks the trailer fields behind the last chunk (RFC 9112 §7.1.2) byte by byte; they are dropped. One that frames,
/// names or authorises has no business there (RFC 9110 §6.5.1): somebody hopes that a reader merges it into the head.
struct TrailerSection: Sendable {
    private enum State: Sendable {
        /// → name, endLF
        case start
        /// → value
        case name
        /// → valueLF
        case value
        /// → start
        case valueLF
        /// → the end
        case endLF
    }

    private var state = State.start
    private var length: UInt16 = 0
    /// As much of the name being read as a known one may be long.
    private var name = InlineArray<24, UInt8>(repeating: 0)
    private var nameLength: UInt16 = 0

    /// True where the byte is the section's last.
    mutating func read(_ byte: UInt8) throws(MessageError) -> Bool {
        length += 1
        guard length <= MessageLimits.trailers else { throw .malformedTrailer }
        switch state {
        case .start:
            nameLength = 0
            if byte == 0x0D {
                state = .endLF
            } else {
                try readName(byte)
                state = .name
            }
        case .name:
            if byte == UInt8(ascii: ":") {
                try checkName()
                state = .value
            } else {
                try readName(byte)
            }
        case .value:
            if byte == 0x0D {
                state = .valueLF
            } else {
                guard ASCII.isFieldValue(byte) else { throw .malformedTrailer }
            }
        case .valueLF:
            guard byte == 0x0A else { throw .malformedTrailer }
            state = .start
        case .endLF:
            guard byte == 0x0A else { throw .malformedTrailer }
            return true
        }
        return false
    }

    private mutating func readName(_ byte: UInt8) throws(MessageError) {
        guard ASCII.isToken(byte) else { throw .malformedTrailer }
        if nameLength < name.count { name[Int(nameLength)] = byte }
        nameLength += 1
    }

    private func checkName() throws(MessageError) {
        guard nameLength <= name.count else { return }
        let (bytes, length) = (name.span, Int(nameLength))
        let known = FieldName(bytes, 0..<length)
        if known.isProtected || known.isHopByHop || FieldName.isFramingAlias(bytes, 0..<length) {
            throw .forbiddenTrailer
        }
    }
}
