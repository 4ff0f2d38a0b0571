/// Numbers as JSON writes them, read exactly: through a double, `9007199254740993.0` would become another number, and
/// `0.99999999999999999999` a whole one.
enum JSONNumber {
    /// The whole number that `text`, a number by RFC 8259 §6, stands for; nil where it has a fraction or does not fit.
    static func integer(_ text: String) -> Int? {
        if let plain = Int(text) { return plain }
        var digits: [UInt8] = []
        var scale = 0
        var bytes = text.utf8[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { bytes = bytes.dropFirst() }
        var isFraction = false
        while let byte = bytes.first, byte != UInt8(ascii: "e"), byte != UInt8(ascii: "E") {
            bytes = bytes.dropFirst()
            if byte == UInt8(ascii: ".") {
                isFraction = true
            } else {
                digits.append(byte)
                if isFraction { scale += 1 }
            }
        }
        while digits.count > 1, digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            scale -= 1
        }
        if digits == [UInt8(ascii: "0")] { return 0 }
        guard let exponent = bytes.isEmpty ? 0 : exponent(bytes.dropFirst()) else { return nil }
        // No fraction, and no more zeros than the largest number has digits.
        let zeros = exponent - scale
        guard (0...19).contains(zeros) else { return nil }
        digits += repeatElement(UInt8(ascii: "0"), count: zeros)
        return Int((isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self))
    }

    /// Bounded, so that sums with it can't overflow; nil beyond, where no number but 0 fits.
    private static func exponent(_ text: Substring.UTF8View) -> Int? {
        guard let exponent = Int(Substring(text)) else { return nil }
        return (-1_000_000_000...1_000_000_000).contains(exponent) ? exponent : nil
    }
}
