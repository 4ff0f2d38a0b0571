/// The first and last two bytes of a JPEG (ITU-T T.81 B.1.1.3): all that the proxy looks at of a picture.
enum JPEGMarkers {
    /// Whether the bytes at `range` begin as a JPEG: SOI, FF D8.
    static func begins(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        range.count >= 2 && bytes[range.lowerBound] == 0xFF && bytes[range.lowerBound + 1] == 0xD8
    }

    /// Whether they also end as one: EOI, FF D9, behind which some cameras pad.
    static func isWhole(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        begins(bytes, range) && endOfImage(bytes, range) != nil
    }

    /// Without line ends and zeros behind EOI; where there is no EOI, as it is.
    static func withoutTail(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        range.lowerBound..<(endOfImage(bytes, range) ?? range.upperBound)
    }

    /// The index behind EOI, if nothing but CR, LF and zeros follow it.
    private static func endOfImage(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var end = range.upperBound
        while end > range.lowerBound, bytes[end - 1] == 0x0D || bytes[end - 1] == 0x0A || bytes[end - 1] == 0 {
            end -= 1
        }
        guard end - range.lowerBound >= 4, bytes[end - 2] == 0xFF, bytes[end - 1] == 0xD9 else { return nil }
        return end
    }
}
