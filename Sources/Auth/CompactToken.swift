internal import HTTPCore
internal import JSON

/// Where the three parts of a JWT in compact form (RFC 7515 §7.1) stand; nothing of them is decoded yet.
struct CompactToken {
    let header: Range<Int>
    let payload: Range<Int>
    let signature: Range<Int>

    /// What the signature is over: header, dot, payload.
    var signed: Range<Int> { header.lowerBound..<payload.upperBound }

    /// Nil where `range` of `text` has not exactly two dots.
    init?(_ text: Span<UInt8>, _ range: Range<Int>) {
        var dots: (first: Int?, second: Int?) = (nil, nil)
        for index in range where text[index] == UInt8(ascii: ".") {
            if dots.first == nil {
                dots.first = index
            } else if dots.second == nil {
                dots.second = index
            } else {
                return nil
            }
        }
        guard let first = dots.first, let second = dots.second else { return nil }
        header = range.lowerBound..<first
        payload = first + 1..<second
        signature = second + 1..<range.upperBound
    }

    /// The JSON object that a part spells in base 64; nil where it is none.
    static func object(_ text: Span<UInt8>, _ part: Range<Int>, maximumDepth: Int) -> JSONNode? {
        guard let bytes = Base64.decode(text, part, .url) else { return nil }
        do {
            let node = try JSONParser.parse(bytes, maximumDepth: maximumDepth)
            return node.object == nil ? nil : node
        } catch {
            return nil
        }
    }
}

extension JSONNode {
    /// A NumericDate of RFC 7519 §2, which may have a fraction, in whole Unix seconds; nil where it is none.
    func numericDate(_ rounding: FloatingPointRoundingRule) -> Int64? {
        double.flatMap { Int64(exactly: $0.rounded(rounding)) }
    }
}
