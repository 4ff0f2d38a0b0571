/// Why a content is not taken for JSON. The texts are the program's own and hold no byte of the content.
package enum JSONFault: Error, Sendable, Equatable, CaseIterable {
    /// The text ends too early; also where there is none.
    case unfinished
    /// A byte where the grammar has none; also a byte order mark, and every text in UTF-16 or UTF-32.
    case unexpectedByte
    case trailingBytes
    case controlCharacter
    case unknownEscape
    case loneSurrogate
    case notUTF8
    /// Nested deeper than `JSONScanner.maximumDepth`.
    case tooDeep
    /// The outermost object has a name twice: readers differ in which one counts.
    case repeatedName
    /// The outermost object has more than `OutermostObject.maximumMembers`.
    case tooManyMembers

    /// The detail of error 12027.
    var detail: StaticString {
        switch self {
        case .unfinished: "Failed to validate input json. Message: the text ends too early"
        case .unexpectedByte: "Failed to validate input json. Message: an unexpected character"
        case .trailingBytes: "Failed to validate input json. Message: something follows the value"
        case .controlCharacter: "Failed to validate input json. Message: a control character in a string"
        case .unknownEscape: "Failed to validate input json. Message: no such escape in a string"
        case .loneSurrogate: "Failed to validate input json. Message: half of a surrogate pair"
        case .notUTF8: "Failed to validate input json. Message: a string is not UTF-8"
        case .tooDeep: "Failed to validate input json. Message: nested more than 64 deep"
        case .repeatedName: "Failed to validate input json. Message: a name stands twice in the outermost object"
        case .tooManyMembers: "Failed to validate input json. Message: more than 1024 names in the outermost object"
        }
    }
}
