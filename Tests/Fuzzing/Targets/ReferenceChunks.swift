import HTTPCore

/// Chunks read in the plainest way: line by line, from the beginning, with all bytes at hand.
struct ReferenceChunks {
    private(set) var content: [UInt8] = []
    /// Behind the last line, where all is there.
    private(set) var end: Int?
    private(set) var isMalformed = false

    private let bytes: [UInt8]
    private var position = 0
    private let limits = MessageLimits()

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        while readChunk() {}
    }

    private struct Line {
        /// All that has come of it, without its end.
        let text: ArraySlice<UInt8>
        /// Whether its CR has come.
        let isEnded: Bool
        /// Whether its LF has come too.
        let isWhole: Bool
    }

    /// What stands up to the next CR, and the CRLF; nil where that is no line of any kind.
    private mutating func line() -> Line? {
        let text = bytes[position...].prefix { $0 != 13 }
        let end = bytes[text.endIndex...].prefix(2)
        guard text.allSatisfy({ $0 == 9 || $0 >= 32 && $0 != 127 }), end.count < 2 || end.last == 10 else { return nil }
        position = end.endIndex
        return Line(text: text, isEnded: !end.isEmpty, isWhole: end.count == 2)
    }

    private mutating func readChunk() -> Bool {
        guard let line = line(), let isSized = Self.isSize(line, limits) else {
            isMalformed = true
            return false
        }
        let digits = line.text.prefix { Self.isDigit($0) }
        guard line.isWhole, isSized, let count = Int(String(decoding: digits, as: UTF8.self), radix: 16) else {
            return false
        }
        if count == 0 {
            readTrailers()
            return false
        }
        let chunk = bytes[position...].prefix(count)
        content += chunk
        position += chunk.count
        guard chunk.count == count else { return false }
        guard let ending = self.line(), ending.text.isEmpty else {
            isMalformed = true
            return false
        }
        return ending.isWhole
    }

    /// Whether the line has come as far as its size; nil where it is no size with extensions.
    private static func isSize(_ line: Line, _ limits: MessageLimits) -> Bool? {
        let digits = line.text.prefix { isDigit($0) }
        let rest = line.text[digits.endIndex...]
        if digits.isEmpty { return rest.isEmpty && !line.isEnded ? false : nil }
        if rest.isEmpty { return true }
        // The CR counts, too.
        if rest.count + (line.isEnded ? 1 : 0) > MessageLimits.chunkExtension { return nil }
        return areExtensions(rest, isEnded: line.isEnded) ? true : nil
    }

    /// `*( BWS ";" BWS name [ BWS "=" BWS value ] )`, RFC 9112 §7.1.1; what has not ended may break off anywhere.
    private static func areExtensions(_ text: ArraySlice<UInt8>, isEnded: Bool) -> Bool {
        var rest = text
        func skipSpace() -> Bool {
            let space = rest.prefix { $0 == 32 || $0 == 9 }
            rest = rest[space.endIndex...]
            return !space.isEmpty
        }
        func takeToken() -> Bool {
            let token = rest.prefix(while: ASCII.isToken)
            rest = rest[token.endIndex...]
            return !token.isEmpty
        }
        var isSpaceLast = skipSpace()
        while let semicolon = rest.popFirst() {
            guard semicolon == UInt8(ascii: ";") else { return false }
            _ = skipSpace()
            if rest.isEmpty { return !isEnded }
            guard takeToken() else { return false }
            isSpaceLast = skipSpace()
            guard rest.first == UInt8(ascii: "=") else { continue }
            rest.removeFirst()
            _ = skipSpace()
            if rest.isEmpty { return !isEnded }
            if rest.first == UInt8(ascii: "\"") {
                rest.removeFirst()
                var last = rest.popFirst()
                while let byte = last, byte != UInt8(ascii: "\"") {
                    if byte == UInt8(ascii: "\\"), rest.popFirst() == nil { return !isEnded }
                    last = rest.popFirst()
                }
                if last == nil { return !isEnded }
            } else if !takeToken() {
                return false
            }
            isSpaceLast = skipSpace()
        }
        return !isEnded || !isSpaceLast
    }

    private mutating func readTrailers() {
        let start = position
        while true {
            guard let line = line(), position - start <= MessageLimits.trailers else {
                isMalformed = true
                return
            }
            let name = line.text.prefix { $0 != UInt8(ascii: ":") }
            let isNamed = name.count < line.text.count
            let isName = name.allSatisfy(ASCII.isToken) && (!name.isEmpty || line.text.isEmpty)
            guard isName, isNamed || line.text.isEmpty || !line.isEnded, !isNamed || !Self.belongsInHead(Array(name))
            else {
                isMalformed = true
                return
            }
            guard line.isWhole else { return }
            if line.text.isEmpty {
                end = position
                return
            }
        }
    }

    /// Whether a field of that name has no business in a trailer.
    private static func belongsInHead(_ name: [UInt8]) -> Bool {
        let field = FieldName(name.span, 0..<name.count)
        let folded = ReferenceHead.lowercase(name[...]).replacing("_", with: "-").replacing(".", with: "-")
        return field.isProtected || field.isHopByHop || folded == "content-length" || folded == "transfer-encoding"
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        "0123456789abcdefABCDEF".utf8.contains(byte)
    }
}
