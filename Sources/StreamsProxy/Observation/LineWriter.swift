import HTTPCore

/// Writes a log line into memory that was made ready for it: plain stores, no growing, no String.
///
/// A line has a greatest length, since no byte of it is a client's: see `AccessLine.maximumLength`.
struct LineWriter {
    private let base: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private(set) var count: Int

    /// Goes on at `count` in `buffer`, which it does not outlive.
    init?(_ buffer: UnsafeMutableBufferPointer<UInt8>, at count: Int) {
        guard let base = buffer.baseAddress else { return nil }
        self.base = base
        capacity = buffer.count
        self.count = count
    }

    @inline(__always)
    mutating func put(_ byte: UInt8) {
        precondition(count < capacity, "a line has room")
        base[count] = byte
        count += 1
    }

    @inline(__always)
    mutating func put(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        precondition(length <= capacity - count, "a line has room")
        // SAFETY: the room was checked, and a StaticString with more than one code unit has a pointer.
        (base + count).update(from: text.utf8Start, count: length)
        count += length
    }

    @inline(__always)
    mutating func put(_ bytes: Span<UInt8>) {
        precondition(bytes.count <= capacity - count, "a line has room")
        bytes.withUnsafeBufferPointer { bytes in
            guard let source = bytes.baseAddress else { return }
            // SAFETY: the room was checked.
            (base + count).update(from: source, count: bytes.count)
        }
        count += bytes.count
    }

    /// A number that is not negative, in decimal.
    mutating func put(decimal value: Int) {
        var length = 1
        var limit = 10
        while length < 19, value >= limit {
            length += 1
            limit &*= 10
        }
        put(decimal: value, digits: length)
    }

    /// The last `digits` decimal digits, zeros in front.
    @inline(__always)
    mutating func put(decimal value: Int, digits: Int) {
        precondition(digits <= capacity - count, "a line has room")
        var rest = UInt64(truncatingIfNeeded: value)
        var index = count + digits
        while index > count {
            index -= 1
            base[index] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += digits
    }

    /// Eight hexadecimal digits.
    mutating func put(hexadecimal value: UInt32) {
        precondition(8 <= capacity - count, "a line has room")
        // SAFETY: the room was checked.
        withUnsafeBytes(of: hexadecimalDigits(UInt64(value)).littleEndian) {
            UnsafeMutableRawBufferPointer(start: base + count, count: 8).copyMemory(from: $0)
        }
        count += 8
    }

    /// 32 hexadecimal digits.
    mutating func put(hexadecimal id: UniqueID) {
        put(hexadecimal: UInt32(truncatingIfNeeded: id.high >> 32))
        put(hexadecimal: UInt32(truncatingIfNeeded: id.high))
        put(hexadecimal: UInt32(truncatingIfNeeded: id.low >> 32))
        put(hexadecimal: UInt32(truncatingIfNeeded: id.low))
    }

    mutating func put(_ id: UniqueID) {
        let length = UniqueID.textLength
        precondition(length <= capacity - count, "a line has room")
        // SAFETY: the room was checked, and the words hold more bytes than that.
        withUnsafeBytes(of: id.textWords) {
            UnsafeMutableRawBufferPointer(start: base + count, count: length)
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<length]))
        }
        count += length
    }

    mutating func put(_ id: RequestID) {
        put(decimal: id.seconds, digits: 10)
        put(UInt8(ascii: ","))
        put(id.id)
    }

    mutating func put(_ id: UniqueID?, otherwise word: StaticString) {
        guard let id else {
            put(word)
            return
        }
        put(UInt8(ascii: "\""))
        put(id)
        put(UInt8(ascii: "\""))
    }
}
