import HTTPCore

/// One parameter of a query: what stands between two `&`. It is compared as Luna-Streams reads it, after the escapes
/// of RFC 3986 §2.1 are undone and with `+` for a space; its bytes stay as they are.
///
/// Names are case-sensitive there, so `Account_Id` is another parameter. A `%` without two hexadecimal digits stands
/// for itself.
struct QueryParameter {
    let range: Range<Int>
    /// Up to the first `=`, or all of it.
    private let name: Range<Int>
    /// Behind the first `=`; empty where there is none.
    private let value: Range<Int>

    /// The parameter that starts at `start` of a query that ends at `end`.
    init(_ bytes: Span<UInt8>, from start: Int, before end: Int) {
        var index = start
        var equals: Int?
        while index < end, bytes[index] != UInt8(ascii: "&") {
            if equals == nil, bytes[index] == UInt8(ascii: "=") { equals = index }
            index += 1
        }
        range = start..<index
        name = start..<(equals ?? index)
        value = (equals.map { $0 + 1 } ?? index)..<index
    }

    /// Whether all readers take the name for the same one. Where it has a `%` that escapes nothing, a NUL or what is no UTF-8,
    /// some drop that byte, stop at it or fail; and `account_id[]` is `account_id` for those who make lists of such names.
    func isNamePlain(_ bytes: Span<UInt8>) -> Bool {
        var isEscaped = false
        var index = name.lowerBound
        while index < name.upperBound {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard name.upperBound - index > 2, ASCII.hexadecimalValue(bytes[index + 1]) != nil,
                    ASCII.hexadecimalValue(bytes[index + 2]) != nil
                else { return false }
                isEscaped = true
            }
            // No target has such bytes; whoever is given some all the same looks at them as at escaped ones.
            if byte >= 0x80 { isEscaped = true }
            index += 1
        }
        guard isEscaped else { return !Self.isListOfAccounts(bytes, name) }
        var decoded: [UInt8] = []
        index = name.lowerBound
        while index < name.upperBound { decoded.append(Self.decoded(bytes, at: &index, before: name.upperBound)) }
        return !decoded.contains(0) && String(validating: decoded, as: UTF8.self) != nil
            && !Self.isListOfAccounts(decoded.span, 0..<decoded.count)
    }

    private static func isListOfAccounts(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
        let end = name.lowerBound + accountID.utf8CodeUnitCount
        return name.upperBound > end && bytes[end] == UInt8(ascii: "[")
            && bytes.isEqual(name.lowerBound..<end, accountID)
    }

    private static let accountID: StaticString = "account_id"

    func isAccountID(_ bytes: Span<UInt8>) -> Bool {
        let word = Self.accountID
        guard name.count >= word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { letters in
            var index = name.lowerBound
            var matched = 0
            while index < name.upperBound {
                let byte = Self.decoded(bytes, at: &index, before: name.upperBound)
                guard matched < letters.count, byte == letters[matched] else { return false }
                matched += 1
            }
            return matched == letters.count
        }
    }

    /// The value, where all of it is a UUID.
    func uniqueID(_ bytes: Span<UInt8>) -> UniqueID? {
        var text: [UInt8] = []
        var index = value.lowerBound
        while index < value.upperBound {
            if text.count == UniqueID.textLength { return nil }
            text.append(Self.decoded(bytes, at: &index, before: value.upperBound))
        }
        return text.count == UniqueID.textLength ? UniqueID(text.span, at: 0) : nil
    }

    private static func decoded(_ bytes: Span<UInt8>, at index: inout Int, before end: Int) -> UInt8 {
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "+") { return UInt8(ascii: " ") }
        guard byte == UInt8(ascii: "%"), end - index >= 2, let high = ASCII.hexadecimalValue(bytes[index]),
            let low = ASCII.hexadecimalValue(bytes[index + 1])
        else { return byte }
        index += 2
        return high << 4 | low
    }
}
