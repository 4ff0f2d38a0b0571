import HTTPCore
import SeededRandom
import Testing

/// A buffer holds what an array would, whatever is done to either.
struct ByteBufferTests {
    private static func isEqual(_ buffer: borrowing ByteBuffer, _ array: [UInt8]) -> Bool {
        buffer.bytes == array && buffer.count == array.count && buffer.isEmpty == array.isEmpty
            && buffer.count <= buffer.capacity
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `Random changes come to the same as in an array`(_ seed: UInt64) {
        var random = SeededRandom(seed)
        var buffer = seed % 3 == 0 ? ByteBuffer(capacity: Int.random(in: 1...300, using: &random)) : ByteBuffer()
        var array: [UInt8] = []
        for _ in 0..<100 {
            switch Int.random(in: 0..<9, using: &random) {
            case 0:
                let byte = UInt8(truncatingIfNeeded: random.next())
                buffer.append(byte)
                array.append(byte)
            case 1:
                let count = Int.random(in: 0...500, using: &random)
                let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
                buffer.append(content.span)
                array += content
            case 2:
                buffer.append("text, and \r\n")
                array += Array("text, and \r\n".utf8)
            case 3:
                let value = Int(truncatingIfNeeded: random.next() >> UInt64.random(in: 1...63, using: &random))
                buffer.append(decimal: value)
                array += Array("\(value)".utf8)
            case 4:
                let id = UniqueID(high: random.next(), low: random.next())
                buffer.append(id)
                array += Array(id.description.utf8)
            case 5:
                let count = Int.random(in: 0...array.count, using: &random)
                buffer.removeFirst(count)
                array.removeFirst(count)
            case 6:
                let count = Int.random(in: 0...array.count, using: &random)
                buffer.truncate(to: count)
                array.removeLast(array.count - count)
            case 7:
                let first = Int.random(in: 0...array.count, using: &random)
                let copy = array
                buffer.append(copy.span, first..<copy.count)
                array += copy[first...]
            default:
                guard random.once(in: 8) else { continue }
                buffer.removeAll()
                array.removeAll()
            }
            let isEqual = Self.isEqual(buffer, array)
            #expect(isEqual)
        }
    }

    @Test func `It grows at the last byte of its room, and keeps what it has`() {
        for capacity in [1, 2, 63, 64, 65, 2048] {
            var buffer = ByteBuffer(capacity: capacity)
            let room = buffer.capacity
            #expect(room >= capacity)
            let full = [UInt8](repeating: 0x61, count: room)
            buffer.append(full.span)
            #expect(buffer.capacity == room)
            buffer.append(0x62)
            #expect(buffer.capacity > room)
            let isEqual = Self.isEqual(buffer, full + [0x62])
            #expect(isEqual)
        }
    }

    @Test func `One that is emptied keeps its memory, one that is new has none`() {
        var buffer = ByteBuffer()
        #expect(buffer.capacity == 0)
        buffer.append("a")
        let room = buffer.capacity
        buffer.removeAll()
        #expect(buffer.isEmpty && buffer.capacity == room)
    }

    @Test func `Texts of one character and of none are appended whole`() {
        #expect([UInt8](writing: { $0.append("") }) == [])
        #expect([UInt8](writing: { $0.append("x") }) == [0x78])
        #expect([UInt8](writing: { $0.append("é") }) == Array("é".utf8))
        #expect([UInt8](writing: { $0.append(contentsOf: "né".utf8) }) == Array("né".utf8))
    }

    @Test func `A lent buffer comes back empty and with its memory, a large one does not come back`() {
        let memory = LoopMemory()
        var buffer = memory.takeBuffer()
        buffer.append("left over")
        memory.giveBack(buffer)
        let again = memory.takeBuffer()
        #expect(again.isEmpty && again.capacity >= 2048)
        memory.giveBack(ByteBuffer(capacity: 100_000))
        #expect(memory.takeBuffer().capacity < 100_000)
    }
}
