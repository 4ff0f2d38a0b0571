/// One field line as places in the head's bytes. A head is at most 32 KiB long, so 16 bits are enough.
package struct FieldLine: Sendable {
    package let name: FieldName
    let nameStart: UInt16
    let nameLength: UInt16
    let valueStart: UInt16
    let valueLength: UInt16

    /// Where the name stands.
    package var nameRange: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameLength) }
    /// Where the value stands, without the white space around it.
    package var valueRange: Range<Int> { Int(valueStart)..<Int(valueStart) + Int(valueLength) }
    /// Name, colon, white space and value as they stand.
    package var lineRange: Range<Int> { Int(nameStart)..<Int(valueStart) + Int(valueLength) }
}

/// The field lines of one head, in order. It is filled again for each message and keeps its memory, so parsing
/// allocates nothing once it is warm.
package struct FieldTable: ~Copyable {
    private var lines: [FieldLine] = []
    /// Index of the first line of each known name (`FieldName.count`); meaningful only where `seen` says so.
    private var first = InlineArray<46, UInt16>(repeating: 0)
    private var seen: UInt64 = 0
    private var repeated: UInt64 = 0

    package init() {
        lines.reserveCapacity(128)
    }

    package var count: Int { lines.count }

    package subscript(index: Int) -> FieldLine { lines[index] }

    package mutating func removeAll() {
        lines.removeAll(keepingCapacity: true)
        seen = 0
        repeated = 0
    }

    mutating func append(_ line: FieldLine) {
        let bit = (1 as UInt64) << UInt64(line.name.rawValue)
        if line.name != .other {
            if seen & bit == 0 {
                seen |= bit
                first[Int(line.name.rawValue)] = UInt16(truncatingIfNeeded: lines.count)
            } else {
                repeated |= bit
            }
        }
        lines.append(line)
    }

    /// Whether a field of that name is there.
    package func contains(_ name: FieldName) -> Bool { seen & (1 as UInt64) << UInt64(name.rawValue) != 0 }

    /// Whether more than one line has that name.
    package func repeats(_ name: FieldName) -> Bool { repeated & (1 as UInt64) << UInt64(name.rawValue) != 0 }

    /// Where the value of the first line of that name stands.
    package func value(_ name: FieldName) -> Range<Int>? {
        contains(name) ? lines[Int(first[Int(name.rawValue)])].valueRange : nil
    }
}
