internal import HTTPCore

/// The lines in front of a part's content, as far as they matter here: what it is and how long. Other fields are read over.
struct PartHead {
    /// How the content is used.
    enum Kind: Equatable {
        case jpeg
        /// A picture of another format.
        case image
        /// Nobody has said; a JPEG tells by its first bytes.
        case unstated
        /// Sound, text, video: no picture.
        case foreign
    }

    private(set) var kind = Kind.unstated
    /// Type and subtype of a picture of another format than JPEG, in lower case; its characters are those of a token.
    private(set) var essence: [UInt8] = []
    /// Bytes of content as announced; nil where nothing usable is.
    private(set) var length: Int?
    private var hasLength = false
    private var lines = 0
    /// More than cameras send; beyond it nobody means well.
    private static let lineMaximum = 16

    /// Takes the line at `range`, without its end. False where there are too many.
    mutating func take(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        lines += 1
        guard lines <= Self.lineMaximum else { return false }
        guard let colon = range.first(where: { bytes[$0] == UInt8(ascii: ":") }) else { return true }
        let name = ASCII.trim(bytes, range.lowerBound..<colon)
        let value = ASCII.trim(bytes, colon + 1..<range.upperBound)
        if bytes.isEqual(name, ignoringCaseOf: "content-type") {
            let type = MediaType(bytes, value)
            kind = Self.kind(type)
            essence = kind == .image ? type.essence : []
        } else if bytes.isEqual(name, ignoringCaseOf: "content-length") {
            // Two lengths are none.
            length = hasLength ? nil : Self.number(bytes, value)
            hasLength = true
        }
        return true
    }

    var isEmpty: Bool { lines == 0 }

    /// Whether the line at `range` begins a head that no delimiter stands in front of.
    static func begins(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard let colon = range.first(where: { bytes[$0] == UInt8(ascii: ":") }) else { return false }
        let name = ASCII.trim(bytes, range.lowerBound..<colon)
        return bytes.isEqual(name, ignoringCaseOf: "content-type")
            || bytes.isEqual(name, ignoringCaseOf: "content-length")
    }

    private static func kind(_ type: MediaType) -> Kind {
        guard !type.essence.isEmpty else { return .unstated }
        // RFC 6838 §4.2: at most 127 characters on either side.
        guard type.isOf("image"), type.essence.count <= 255 else { return .foreign }
        let subtypes: [StaticString] = ["image/jpeg", "image/jpg", "image/pjpeg"]
        let isJPEG = subtypes.contains {
            type.essence.span.isEqual(0..<type.essence.count, ignoringCaseOf: $0)
        }
        return isJPEG ? .jpeg : .image
    }

    private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        // Ten digits are ten thousand times the largest picture.
        guard (1...10).contains(range.count) else { return nil }
        var number = 0
        for index in range {
            guard ASCII.isDigit(bytes[index]) else { return nil }
            number = number * 10 + Int(bytes[index] - 0x30)
        }
        return number
    }
}
