/// What the proxy looks at of a JPEG (ITU-T T.81 annex B): where it begins and ends, and whether it has its tables.
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
        while end > range.lowerBound,
            bytes[end - 1] == 0x0D || bytes[end - 1] == 0x0A || bytes[end - 1] == 0
        {
            end -= 1
        }
        guard end - range.lowerBound >= 4, bytes[end - 2] == 0xFF, bytes[end - 1] == 0xD9 else {
            return nil
        }
        return end
    }

    /// Whether a baseline picture has no Huffman tables (DHT, FF C4) before its scan (SOS, FF DA): some cameras leave the usual
    /// ones out, and Safari then shows nothing. Only the segments before the scan are looked at, by their lengths.
    static func lacksTables(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard begins(bytes, range) else { return false }
        var index = range.lowerBound + 2
        // More segments than any camera writes: who sends more is not worth the time.
        for _ in 0..<64 {
            guard range.upperBound - index >= 4, bytes[index] == 0xFF else { return false }
            switch bytes[index + 1] {
            // DHT; or arithmetic coding (DAC), which has none.
            case 0xC4, 0xCC: return false
            case 0xDA: return true
            // Fill bytes may stand before a marker.
            case 0xFF: index += 1
            // SOI, RST and TEM have no length.
            case 0x01, 0xD0...0xD8: index += 2
            default:
                let length = Int(bytes[index + 2]) << 8 | Int(bytes[index + 3])
                guard length >= 2 else { return false }
                index += 2 + length
            }
        }
        return false
    }
}
