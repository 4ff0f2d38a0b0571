import HTTPCore

/// A query as it may be shown. A camera's address or a key can stand in one, so only what is known to hold no secret is
/// shown with its value; of anything else, no more than that it is there.
enum ShownQuery {
    /// The parameters that Luna-Streams and this proxy read for accounts, ids and pages.
    private static let known = ["page", "page_size", "order", "status", "statuses", "stream_ids"]

    /// The query at `range`, without its question mark.
    static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        var parameters: [String] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let parameter = QueryParameter(bytes, from: start, before: range.upperBound)
            parameters.append(text(bytes, parameter))
            start = parameter.range.upperBound + 1
        }
        return parameters.joined(separator: "&")
    }

    private static func text(_ bytes: Span<UInt8>, _ parameter: QueryParameter) -> String {
        var raw: [UInt8] = []
        raw.append(bytes, parameter.range)
        let text = String(decoding: raw, as: UTF8.self)
        if parameter.isAccountID(bytes) {
            return parameter.uniqueID(bytes) == nil ? "account_id=…" : Displayed.text(text, limit: 128)
        }
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return "…" }
        if known.contains(String(parts[0])), parts[1].utf8.allSatisfy(isPlain) {
            return Displayed.text(text, limit: 128)
        }
        // A name may be shown where it can be nothing but a name.
        let isName =
            !parts[1].isEmpty && (1...24).contains(parts[0].utf8.count)
            && parts[0].utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "_") }
        return isName ? "\(parts[0])=…" : "…"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || (0x61...0x7A).contains(ASCII.lowercase(byte))
            || [UInt8(ascii: ","), UInt8(ascii: "-"), UInt8(ascii: "_")].contains(byte)
    }
}
