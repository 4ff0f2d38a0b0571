/// A media type with its parameters (RFC 9110 §8.3.1), read as leniently as cameras write it: blanks around `=`, values
/// that should stand in quotes and don't.
package struct MediaType: Sendable, Equatable {
    /// Type and subtype in lower case, such as `image/jpeg`; empty where there is none.
    package let essence: [UInt8]
    private let parameters: [Parameter]

    private struct Parameter: Sendable, Equatable {
        let name: [UInt8]
        let value: [UInt8]
    }

    /// Reads the Content-Type value at `range`. What follows a parameter that can't be read is left out.
    package init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        var reader = MediaTypeText(range.map { bytes[$0] })
        essence = reader.essence()
        var found: [Parameter] = []
        while let (name, value) = reader.parameter() { found.append(Parameter(name: name, value: value)) }
        parameters = found
    }

    package init(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span, 0..<bytes.count)
    }

    /// Whether the type is that, whatever the subtype; `type` in lower case.
    package func isOf(_ type: StaticString) -> Bool {
        let length = type.utf8CodeUnitCount
        guard essence.count > length + 1, essence[length] == UInt8(ascii: "/") else { return false }
        return essence.span.isEqual(0..<length, ignoringCaseOf: type)
    }

    /// The value of the first parameter of that name, without quotes; `name` in lower case.
    package func parameter(_ name: StaticString) -> [UInt8]? {
        parameters.first { $0.name.span.isEqual(0..<$0.name.count, ignoringCaseOf: name) }?.value
    }
}

/// The text of a media type, taken apart from its beginning.
private struct MediaTypeText {
    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) {
        self.text = text
    }

    private var next: UInt8? { position < text.count ? text[position] : nil }

    private mutating func skipBlanks() {
        while let next, next == 0x20 || next == 0x09 { position += 1 }
    }

    /// The bytes up to the first that is not wanted.
    private mutating func take(while isWanted: (UInt8) -> Bool) -> [UInt8] {
        let start = position
        while let next, isWanted(next) { position += 1 }
        return Array(text[start..<position])
    }

    mutating func essence() -> [UInt8] {
        skipBlanks()
        return take { ASCII.isToken($0) || $0 == UInt8(ascii: "/") }.map(ASCII.lowercase)
    }

    mutating func parameter() -> (name: [UInt8], value: [UInt8])? {
        while let next, next == 0x20 || next == 0x09 || next == UInt8(ascii: ";") { position += 1 }
        let name = take(while: ASCII.isToken)
        skipBlanks()
        guard !name.isEmpty, next == UInt8(ascii: "=") else { return nil }
        position += 1
        skipBlanks()
        guard next == UInt8(ascii: "\"") else {
            return (name.map(ASCII.lowercase), take { ASCII.isToken($0) || Self.isLoose($0) })
        }
        return quoted().map { (name.map(ASCII.lowercase), $0) }
    }

    /// Characters that a boundary may have by RFC 2046 and that a token has not; cameras write them without quotes.
    private static func isLoose(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: "/"), UInt8(ascii: ":"),
            UInt8(ascii: "="), UInt8(ascii: "?"):
            true
        default: false
        }
    }

    private mutating func quoted() -> [UInt8]? {
        var value: [UInt8] = []
        position += 1
        while let byte = next, byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\") { position += 1 }
            guard let character = next else { return nil }
            value.append(character)
            position += 1
        }
        guard next != nil else { return nil }
        position += 1
        return value
    }
}
