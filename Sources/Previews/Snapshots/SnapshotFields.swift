package import HTTPCore

/// The fields of requests and answers that concern the keeping of snapshots (RFC 9111, RFC 9110 §8.8.3 and §13.1.2).
package enum SnapshotFields {
    /// Whether a Cache-Control value of a request wants nothing that is kept: `no-cache`, `no-store`, or `max-age=0`.
    package static func wantsNew(cacheControl bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var elements = ListElements(range)
        while let word = elements.next(bytes) {
            if bytes.isEqual(word, ignoringCaseOf: "no-cache")
                || bytes.isEqual(word, ignoringCaseOf: "no-store")
                || bytes.isEqual(word, ignoringCaseOf: "max-age=0")
            {
                return true
            }
        }
        return false
    }

    /// The entity tag of a picture: which process, and which picture of it. `process` is chance, made once.
    package static func entityTag(process: UInt64, serial: UInt64) -> [UInt8] {
        var tag: [UInt8] = [UInt8(ascii: "\"")]
        for shift in stride(from: 60, through: 0, by: -4) {
            tag.append(hexadecimal: Int(process >> UInt64(shift) & 15))
        }
        tag.append(UInt8(ascii: "-"))
        tag.append(decimal: Int(truncatingIfNeeded: serial & UInt64(Int64.max)))
        tag.append(UInt8(ascii: "\""))
        return tag
    }

    /// Whether an If-None-Match value names the tag: then the answer is 304. Weak and strong tags are alike here.
    package static func matches(ifNoneMatch bytes: Span<UInt8>, _ range: Range<Int>, tag: [UInt8])
        -> Bool
    {
        let value = ASCII.trim(bytes, range)
        if value.count == 1, bytes[value.lowerBound] == UInt8(ascii: "*") { return true }
        var index = value.lowerBound
        while index < value.upperBound {
            if bytes[index] == UInt8(ascii: "W"), index + 1 < value.upperBound,
                bytes[index + 1] == UInt8(ascii: "/")
            {
                index += 2
            }
            guard index < value.upperBound, bytes[index] == UInt8(ascii: "\"") else {
                // Between two tags.
                guard index < value.upperBound, isSeparator(bytes[index]) else { return false }
                index += 1
                continue
            }
            var end = index + 1
            while end < value.upperBound, bytes[end] != UInt8(ascii: "\"") { end += 1 }
            guard end < value.upperBound else { return false }
            if bytes.isEqual(index..<end + 1, tag.span) { return true }
            index = end + 1
        }
        return false
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == 0x20 || byte == 0x09
    }

    /// The fields that an answer out of here has, each with CR LF. Caches on the way may keep it, but must ask each time.
    package static func append(
        tag: [UInt8], age: Int, to output: inout some ByteAppending & ~Copyable
    ) {
        output.append("ETag: ")
        output.append(tag.span)
        output.append("\r\nAge: ")
        output.append(decimal: age)
        output.append("\r\nCache-Control: private, no-cache\r\n")
    }
}
