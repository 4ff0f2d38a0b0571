internal import HTTPCore

/// The query as name and value pairs, in order: split at `&` only, then percent-decoded, `+` meaning a space.
package struct Query: Sendable {
    package let pairs: [(name: String, value: String)]

    package init(_ text: String) {
        pairs = text.utf8.split(separator: UInt8(ascii: "&")).map { pair in
            let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decoded(halves[0]), halves.count > 1 ? Self.decoded(halves[1]) : "")
        }
    }

    /// The one value of that name, or nil where there is none. Two different readers of a query that has a name twice
    /// could take two different values, so the service takes none.
    package func value(_ name: String) throws(ServiceError) -> String? {
        let values = pairs.filter { $0.name == name }
        guard values.count < 2 else { throw .unsupportedParameter(name, "it is there more than once") }
        return values.first?.value
    }

    private static func decoded(_ text: some Collection<UInt8>) -> String {
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.first {
            rest = rest.dropFirst()
            let digits = rest.prefix(2).compactMap(ASCII.hexadecimalValue)
            if byte == UInt8(ascii: "%"), digits.count == 2 {
                bytes.append(digits[0] << 4 | digits[1])
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
