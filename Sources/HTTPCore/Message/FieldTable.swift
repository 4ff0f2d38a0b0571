/// One field line as places in the head's bytes. A head is at most 32 KiB long, so 16 bits are enough.
package struct FieldLine: Sendable {
    package let name: FieldName
    private let nameStart: UInt16
    private let nameLength: UInt16
    private let valueStart: UInt16
    private let valueLength: UInt16

    /// `name` and `value` lie in a head.
    @inline(__always)
    init(_ code: FieldName, name: Range<Int>, value: Range<Int>) {
        self.name = code
        nameStart = UInt16(truncatingIfNeeded: name.lowerBound)
        nameLength = UInt16(truncatingIfNeeded: name.count)
        valueStart = UInt16(truncatingIfNeeded: value.lowerBound)
        valueLength = UInt16(truncatingIfNeeded: value.count)
    }

    /// Where the name stands.
    package var nameRange: Range<Int> { Int(nameStart)..<Int(nameStart) &+ Int(nameLength) }
    /// Where the value stands, without the white space around it.
    package var valueRange: Range<Int> { Int(valueStart)..<Int(valueStart) &+ Int(valueLength) }
    /// Name, colon, white space and value as they stand.
    package var lineRange: Range<Int> { Int(nameStart)..<Int(valueStart) &+ Int(valueLength) }
}

/// The field lines of one head, in order. It is filled again for each message and keeps its memory, so parsing
/// allocates nothing once it is warm.
///
/// The memory is its own, not an array's: that asked at every line whether somebody else had it too, and what stood in
/// the table itself was copied wherever a field was asked for, 800 instructions in all for a request and its answer
/// (callgrind, 2026-11, Swift 6.3).
package struct FieldTable: ~Copyable {
    /// Keeps `lines` and `first` for as long as the table is there.
    private var memory: FieldMemory
    private var lines: UnsafeMutablePointer<FieldLine>
    /// Index of the first line of each known name; meaningful only where `seen` says so.
    private let first: UnsafeMutablePointer<UInt16>
    private var capacity: Int
    package private(set) var count = 0
    private var seen: UInt64 = 0
    private var repeated: UInt64 = 0

    package init() {
        memory = FieldMemory(capacity: 128)
        lines = memory.lines
        first = memory.first
        capacity = memory.capacity
    }

    package subscript(index: Int) -> FieldLine {
        precondition(index >= 0 && index < count)
        // SAFETY: `append` has written the first `count`, and `memory` is there.
        return lines[index]
    }

    package mutating func removeAll() {
        count = 0
        seen = 0
        repeated = 0
    }

    @inline(__always)
    mutating func append(_ line: FieldLine) {
        let bit = Self.bit(line.name)
        if line.name != .other {
            if seen & bit == 0 {
                seen |= bit
                // SAFETY: there is a place for each name's number.
                first[Int(line.name.rawValue)] = UInt16(truncatingIfNeeded: count)
            } else {
                repeated |= bit
            }
        }
        if count == capacity { grow() }
        // SAFETY: `count` is below the capacity.
        lines[count] = line
        count &+= 1
    }

    @inline(never)
    private mutating func grow() {
        memory.doubleLines()
        lines = memory.lines
        capacity = memory.capacity
    }

    private static func bit(_ name: FieldName) -> UInt64 { 1 &<< UInt64(name.rawValue) }

    /// Whether a field of that name is there.
    package func contains(_ name: FieldName) -> Bool { seen & Self.bit(name) != 0 }

    /// Whether more than one line has that name.
    package func repeats(_ name: FieldName) -> Bool { repeated & Self.bit(name) != 0 }

    /// Where the value of the first line of that name stands.
    package func value(_ name: FieldName) -> Range<Int>? {
        // SAFETY: `append` has written the place of a name that was seen.
        contains(name) ? self[Int(first[Int(name.rawValue)])].valueRange : nil
    }
}

/// The memory of a `FieldTable`: an object, since a table with an end of its own would make each loan of a head an access
/// that the runtime has to keep track of.
private final class FieldMemory {
    let first: UnsafeMutablePointer<UInt16>
    private(set) var lines: UnsafeMutablePointer<FieldLine>
    private(set) var capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        lines = .allocate(capacity: capacity)
        first = .allocate(capacity: FieldName.count)
        let none = FieldLine(.other, name: 0..<0, value: 0..<0)
        lines.initialize(repeating: none, count: capacity)
        first.initialize(repeating: 0, count: FieldName.count)
    }

    deinit {
        lines.deallocate()
        first.deallocate()
    }

    func doubleLines() {
        let none = FieldLine(.other, name: 0..<0, value: 0..<0)
        let larger = UnsafeMutablePointer<FieldLine>.allocate(capacity: capacity * 2)
        // SAFETY: as many as there are go to the first half of the new room, and the old is not used again.
        larger.moveInitialize(from: lines, count: capacity)
        (larger + capacity).initialize(repeating: none, count: capacity)
        lines.deallocate()
        lines = larger
        capacity *= 2
    }
}
