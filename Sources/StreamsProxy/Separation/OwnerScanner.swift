package import HTTPCore

/// Reads of Luna-Streams' answer about one stream whose it is, as it comes: nothing but the member at hand is kept, so the
/// length of a stream costs no memory.
///
/// It is told nothing of the values that it passes over, and they may be what JSON doesn't know: Luna-Streams writes
/// `Infinity` for a number that is beyond all others. What is outside of strings must still be in its place: whoever
/// wrote the stream can't say by a string whose it is.
package struct OwnerScanner: Sendable {
    private enum Expected {
        case name, colon, value, comma
    }

    /// Objects and arrays within each other, the outermost counted.
    private static let maximumDepth = 64
    /// Of a name, or of the account, every character of it as an escape.
    private static let maximumCapture = UniqueID.textLength * 6

    private var depth = 0
    /// A bit for each open bracket, the innermost lowest: set for an object.
    private var objects: UInt64 = 0
    private var expected = Expected.name
    private var isFirst = true
    private var isInString = false
    private var isEscaped = false
    private var isInScalar = false
    private var isAccount = false
    private var captured: [UInt8] = []
    private var isComplete = false
    private var isBroken = false
    private var isAccountSeen = false
    private var found: UniqueID?

    package init() {}

    /// The account, once all has been read; nil where the answer names none, or is no object.
    package var account: UniqueID? { isComplete && !isBroken ? found : nil }

    /// All that is wanted of the answer, as a shorter one.
    package var summary: [UInt8] { account.map { Array(#"{"account_id":"\#($0)"}"#.utf8) } ?? [] }

    package mutating func read(_ bytes: Span<UInt8>) {
        var index = 0
        while index < bytes.count, !isBroken {
            if isInString, !isEscaped, depth > 1 {
                // Most of a long answer: nothing of it is wanted.
                while index < bytes.count, bytes[index] != UInt8(ascii: "\""), bytes[index] != UInt8(ascii: "\\") {
                    index += 1
                }
                if index == bytes.count { return }
            }
            if isInString { string(bytes[index]) } else { structure(bytes[index]) }
            index += 1
        }
    }

    private mutating func string(_ byte: UInt8) {
        if !isEscaped, byte == UInt8(ascii: "\"") {
            isInString = false
            if depth == 1 { stringEnded() }
            return
        }
        isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        if depth == 1, captured.count <= Self.maximumCapture { captured.append(byte) }
    }

    private mutating func structure(_ byte: UInt8) {
        switch byte {
        case 0x20, 0x0A, 0x0D, 0x09:
            isInScalar = false
            return
        case _ where isComplete: isBroken = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): open(isObject: byte == UInt8(ascii: "{"))
        case UInt8(ascii: "}"), UInt8(ascii: "]"): close(isObject: byte == UInt8(ascii: "}"))
        case UInt8(ascii: "\""):
            if depth == 1 { takePlace(ofName: true) }
            if depth == 0 { isBroken = true }
            isInString = true
            captured.removeAll(keepingCapacity: true)
        case UInt8(ascii: ":"):
            if depth == 1 { move(from: .colon, to: .value) }
        case UInt8(ascii: ","):
            if depth == 1 { move(from: .comma, to: .name) }
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
            scalar()
            return
        default: isBroken = true
        }
        if depth == 0, !isComplete { isBroken = true }
        isInScalar = false
    }

    private mutating func move(from place: Expected, to next: Expected) {
        if expected != place { isBroken = true }
        expected = next
    }

    /// A value begins in the outermost object, or, where one may, a name.
    private mutating func takePlace(ofName mayBeName: Bool) {
        switch expected {
        case .name: if !mayBeName { isBroken = true }
        case .value: if isAccount, !mayBeName { isAccountSeen = true }
        case .colon, .comma: isBroken = true
        }
    }

    private mutating func open(isObject: Bool) {
        if depth == 0 {
            if !isObject { isBroken = true }
        } else if depth == 1 {
            takePlace(ofName: false)
        }
        if depth == Self.maximumDepth {
            isBroken = true
            return
        }
        depth += 1
        objects = objects << 1 | (isObject ? 1 : 0)
    }

    private mutating func close(isObject: Bool) {
        guard depth > 0, (objects & 1 == 1) == isObject else {
            isBroken = true
            return
        }
        if depth == 1 {
            if expected != .comma, !(expected == .name && isFirst) { isBroken = true }
            isComplete = true
        }
        depth -= 1
        objects >>= 1
        if depth == 1 { valueEnded() }
    }

    private mutating func scalar() {
        if depth == 0 { isBroken = true }
        if depth == 1, !isInScalar {
            takePlace(ofName: false)
            valueEnded()
        }
        isInScalar = true
    }

    private mutating func valueEnded() {
        expected = .comma
        isFirst = false
        isAccount = false
    }

    private mutating func stringEnded() {
        let spelled = Self.spelled(captured)
        if expected == .name {
            expected = .colon
            isAccount = spelled?.elementsEqual("account_id".utf8) == true
            // Of two, another reader may take the other one.
            if isAccount, isAccountSeen { isBroken = true }
            return
        }
        if isAccount {
            isAccountSeen = true
            if let spelled, spelled.count == UniqueID.textLength { found = UniqueID(spelled.span, at: 0) }
        }
        valueEnded()
    }

    /// What stands between the quotes, escapes undone; nil where it is too long, or no string of JSON.
    private static func spelled(_ captured: [UInt8]) -> [UInt8]? {
        guard captured.count <= maximumCapture else { return nil }
        var scanner = JSONScanner()
        do throws(JSONFault) {
            let quote = [UInt8(ascii: "\"")]
            let text = quote + captured + quote
            return try scanner.spelledString(text.span)
        } catch {
            return nil
        }
    }
}
