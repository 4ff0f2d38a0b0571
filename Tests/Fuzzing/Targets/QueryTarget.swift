import HTTPCore
import StreamsProxy

/// Queries on routes where accounts are kept apart: after the edit exactly what must name the account does, and every
/// other parameter stands as it did.
enum QueryTarget {
    private static let account = ForwardedReading.account

    static func run(_ bytes: [UInt8]) throws(Finding) {
        var input = FuzzInput(bytes)
        let purpose = input.choice(of: [QueryRule.Purpose.collection, .item])
        let isWide = input.choice(8) == 7
        let hasQuery = input.choice(8) != 7
        let query = input.bytes
        let rule = QueryRule(purpose, account: account, isWide: isWide)
        let edit: QueryEdit
        do throws(SeparationRefusal) {
            edit = try rule.edit(query.span, hasQuery ? 0..<query.count : nil)
        } catch {
            try checkRefusal(error, query, isWide: isWide || !hasQuery)
            return
        }
        let output = [UInt8](writing: { edit.append(query.span, hasQuery ? 0..<query.count : nil, to: &$0) })
        if isWide {
            try require(output == (hasQuery ? [UInt8(ascii: "?")] + query : []), "a wide reader's query is changed")
            return
        }
        let before = hasQuery ? parameters(query[...]) : []
        try require(before.allSatisfy(isPlain), "a name that can be read in two ways")
        let after = parameters(output.dropFirst())
        try require(output.isEmpty || output.first == UInt8(ascii: "?"), "no question mark")
        let named = after.filter { name($0) == "account_id" }
        switch purpose {
        case .collection: try require(named == [Array("account_id=\(account)".utf8)], "the account is not named once")
        case .item: try require(named.isEmpty, "the account is named")
        }
        let others = before.filter { name($0) != "account_id" }
        try require(after.filter { name($0) != "account_id" } == others, "other parameters have changed")
    }

    private static func checkRefusal(
        _ refusal: SeparationRefusal, _ query: [UInt8], isWide: Bool
    ) throws(Finding) {
        try require(!isWide, "refused where nothing is looked at")
        let named = parameters(query[...]).filter { name($0) == "account_id" }
        switch refusal {
        case .semicolonInQuery: try require(query.contains(UInt8(ascii: ";")), "there is no semicolon")
        case .unreadableParameter:
            try require(!parameters(query[...]).allSatisfy(isPlain), "all names can be read in one way only")
        case .repeatedParameter: try require(named.count > 1, "the account is not named twice")
        case .foreignAccount:
            let values = named.map { decoded($0.drop { $0 != UInt8(ascii: "=") }.dropFirst()) }
            try require(values.contains { $0.lowercased() != account.description }, "the account is the caller's")
        case .streamNotFound, .unexpectedContent, .contentType, .contentTooLarge, .invalidJSON, .notAnObject,
            .accountNotString,
            .unknownOwner:
            throw Finding("no refusal of a query: \(refusal)")
        }
    }

    /// Parameters between `&`; of an empty query none, an empty one between two `&` counts.
    private static func parameters(_ query: ArraySlice<UInt8>) -> [[UInt8]] {
        query.isEmpty ? [] : query.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).map(Array.init)
    }

    private static func name(_ parameter: [UInt8]) -> String {
        decoded(parameter.prefix { $0 != UInt8(ascii: "=") })
    }

    /// Whether a name is the same to whoever reads it.
    private static func isPlain(_ parameter: [UInt8]) -> Bool {
        let raw = parameter.prefix { $0 != UInt8(ascii: "=") }
        let runs = raw.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false).dropFirst()
        let areEscapes = runs.allSatisfy { $0.prefix(2).compactMap(ASCII.hexadecimalValue).count == 2 }
        let bytes = decoded(raw).unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        let isText = String(decoding: bytes, as: UTF8.self).utf8.elementsEqual(bytes)
        return areEscapes && isText && !bytes.contains(0) && !bytes.starts(with: "account_id[".utf8)
    }

    /// One scalar for each byte, so that no two names are the same but by their bytes.
    private static func decoded(_ text: ArraySlice<UInt8>) -> String {
        var scalars = String.UnicodeScalarView()
        var rest = text
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2).compactMap(ASCII.hexadecimalValue)
            if byte == UInt8(ascii: "%"), digits.count == 2 {
                scalars.append(Unicode.Scalar(digits[0] << 4 | digits[1]))
                rest = rest.dropFirst(2)
            } else {
                scalars.append(byte == UInt8(ascii: "+") ? " " : Unicode.Scalar(byte))
            }
        }
        return String(scalars)
    }
}
