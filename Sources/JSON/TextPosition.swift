/// A place in a text, counted from 1 as editors do; columns count characters (Unicode scalars), not bytes.
package struct TextPosition: Sendable, Equatable, CustomStringConvertible {
    package private(set) var line = 1
    package private(set) var column = 1

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The position of the byte at `offset`; past the end, of the end.
    package init(offset: Int, in text: [UInt8]) {
        advance(over: text[..<min(max(0, offset), text.count)])
    }

    /// The positions of many bytes, their `offsets` in ascending order, in one walk through the text.
    package static func all(of offsets: [Int], in text: [UInt8]) -> [TextPosition] {
        var position = TextPosition(line: 1, column: 1)
        var start = 0
        return offsets.map { offset in
            let end = min(max(start, offset), text.count)
            position.advance(over: text[start..<end])
            start = end
            return position
        }
    }

    private mutating func advance(over bytes: ArraySlice<UInt8>) {
        for byte in bytes {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
    }

    package var description: String { "\(line):\(column)" }
}
