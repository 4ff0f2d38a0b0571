import HTTPCore

/// Walks over one JSON text (RFC 8259, with no extension) and builds nothing of it. The text comes with each call:
/// always the same one.
struct JSONScanner {
    /// Objects and arrays within each other, the outermost counted; it bounds the stack that a text can take.
    static let maximumDepth = 64

    private(set) var position = 0
    private var depth = 0

    /// The next byte that is no white space, which is passed over; nil at the end of the text.
    mutating func next(_ text: Span<UInt8>) -> UInt8? {
        while position < text.count {
            switch text[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return text[position]
            }
        }
        return nil
    }

    /// Passes over `byte`, which must be the next one after white space.
    mutating func pass(_ byte: UInt8, _ text: Span<UInt8>) throws(JSONFault) {
        guard let found = next(text) else { throw .unfinished }
        guard found == byte else { throw .unexpectedByte }
        position += 1
    }

    /// Passes over the opening bracket at hand. False where the closing one follows: that is passed over as well.
    mutating func open(_ closing: UInt8, _ text: Span<UInt8>) throws(JSONFault) -> Bool {
        depth += 1
        if depth > Self.maximumDepth { throw .tooDeep }
        position += 1
        guard let byte = next(text) else { throw .unfinished }
        guard byte == closing else { return true }
        position += 1
        depth -= 1
        return false
    }

    /// Behind a member or an element: passes over a comma (true) or the closing bracket (false).
    mutating func hasMore(_ closing: UInt8, _ text: Span<UInt8>) throws(JSONFault) -> Bool {
        guard let byte = next(text) else { throw .unfinished }
        guard byte == closing || byte == UInt8(ascii: ",") else { throw .unexpectedByte }
        position += 1
        guard byte == closing else { return true }
        depth -= 1
        return false
    }

    /// Passes over a value of any kind.
    mutating func value(_ text: Span<UInt8>) throws(JSONFault) {
        guard let byte = next(text) else { throw .unfinished }
        switch byte {
        case UInt8(ascii: "{"):
            var isOpen = try open(UInt8(ascii: "}"), text)
            while isOpen {
                try string(text)
                try pass(UInt8(ascii: ":"), text)
                try value(text)
                isOpen = try hasMore(UInt8(ascii: "}"), text)
            }
        case UInt8(ascii: "["):
            var isOpen = try open(UInt8(ascii: "]"), text)
            while isOpen {
                try value(text)
                isOpen = try hasMore(UInt8(ascii: "]"), text)
            }
        case UInt8(ascii: "\""): try string(text)
        case UInt8(ascii: "t"): try word("true", text)
        case UInt8(ascii: "f"): try word("false", text)
        case UInt8(ascii: "n"): try word("null", text)
        default: try number(text)
        }
    }

    /// Nothing but white space is left.
    mutating func end(_ text: Span<UInt8>) throws(JSONFault) {
        if next(text) != nil { throw .trailingBytes }
    }

    private mutating func word(_ word: StaticString, _ text: Span<UInt8>) throws(JSONFault) {
        let end = position + word.utf8CodeUnitCount
        guard end <= text.count, text.isEqual(position..<end, word) else { throw .unexpectedByte }
        position = end
    }

    /// RFC 8259 §6.
    private mutating func number(_ text: Span<UInt8>) throws(JSONFault) {
        if text[position] == UInt8(ascii: "-") { position += 1 }
        if position < text.count, text[position] == UInt8(ascii: "0") { position += 1 } else { try digits(text) }
        if position < text.count, text[position] == UInt8(ascii: ".") {
            position += 1
            try digits(text)
        }
        if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < text.count, text[position] == UInt8(ascii: "+") || text[position] == UInt8(ascii: "-") {
                position += 1
            }
            try digits(text)
        }
    }

    private mutating func digits(_ text: Span<UInt8>) throws(JSONFault) {
        let start = position
        while position < text.count, ASCII.isDigit(text[position]) { position += 1 }
        if position == start { throw position == text.count ? .unfinished : .unexpectedByte }
    }

    /// Passes over a string.
    mutating func string(_ text: Span<UInt8>) throws(JSONFault) {
        var ignored: [UInt8] = []
        try string(text, into: &ignored, keeps: false)
    }

    /// Passes over a string and returns what it spells, in UTF-8.
    mutating func spelledString(_ text: Span<UInt8>) throws(JSONFault) -> [UInt8] {
        var spelled: [UInt8] = []
        try string(text, into: &spelled, keeps: true)
        return spelled
    }

    private mutating func string(
        _ text: Span<UInt8>, into spelled: inout [UInt8], keeps: Bool
    ) throws(JSONFault) {
        try pass(UInt8(ascii: "\""), text)
        // What stands as it spells is kept in runs.
        var run = position
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "\""):
                if keeps { spelled.append(text, run..<position) }
                position += 1
                return
            case UInt8(ascii: "\\"):
                if keeps { spelled.append(text, run..<position) }
                position += 1
                let scalar = try escape(text)
                if keeps { spelled.append(contentsOf: String(scalar).utf8) }
                run = position
            case 0..<0x20: throw .controlCharacter
            case 0x20..<0x80: position += 1
            default: position += try Self.lengthOfUTF8(text, at: position)
            }
        }
        throw .unfinished
    }

    /// The escape behind a backslash, RFC 8259 §7.
    private mutating func escape(_ text: Span<UInt8>) throws(JSONFault) -> Unicode.Scalar {
        guard position < text.count else { throw .unfinished }
        let byte = text[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw .unknownEscape
        }
        var code = try fourDigits(text)
        if (0xD800..<0xDC00).contains(code) {
            guard text.count - position >= 2, text[position] == UInt8(ascii: "\\"),
                text[position + 1] == UInt8(ascii: "u")
            else { throw .loneSurrogate }
            position += 2
            let low = try fourDigits(text)
            guard (0xDC00..<0xE000).contains(low) else { throw .loneSurrogate }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw .loneSurrogate }
        return scalar
    }

    private mutating func fourDigits(_ text: Span<UInt8>) throws(JSONFault) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard position < text.count else { throw .unfinished }
            guard let digit = ASCII.hexadecimalValue(text[position]) else { throw .unknownEscape }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    /// How long the character of two to four bytes at `start` is. What RFC 3629 §4 leaves out is refused: forms longer
    /// than needed, surrogates, and what is beyond U+10FFFF.
    private static func lengthOfUTF8(_ text: Span<UInt8>, at start: Int) throws(JSONFault) -> Int {
        let length: Int
        let second: ClosedRange<UInt8>
        switch text[start] {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw .notUTF8
        }
        guard text.count - start >= length, second.contains(text[start + 1]) else { throw .notUTF8 }
        for index in start + 2..<start + length where text[index] & 0xC0 != 0x80 { throw .notUTF8 }
        return length
    }
}
