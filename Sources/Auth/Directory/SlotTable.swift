/// Elements by numbers that stay theirs; what is removed leaves its number to another. A copy shares its chunks: a change
/// of it copies one of them and the list of them.
struct SlotTable<Element: Sendable>: Sendable {
    private enum Slot: Sendable {
        case used(Element)
        case free(next: UInt32)
    }

    private var chunks: [[Slot]] = []
    private var firstFree = none
    private(set) var count = 0

    private static var chunkSize: Int { 256 }
    private static var none: UInt32 { .max }

    /// The number of something that is there.
    subscript(number: UInt32) -> Element {
        guard case .used(let element) = slot(number) else { preconditionFailure("nothing has the number") }
        return element
    }

    mutating func insert(_ element: Element) -> UInt32 {
        count += 1
        let number = firstFree
        if number != Self.none {
            guard case .free(let next) = slot(number) else { preconditionFailure("a free number is used") }
            firstFree = next
            set(number, .used(element))
            return number
        }
        if chunks.last?.count ?? Self.chunkSize == Self.chunkSize {
            chunks.append([])
            chunks[chunks.count - 1].reserveCapacity(Self.chunkSize)
        }
        chunks[chunks.count - 1].append(.used(element))
        return UInt32(truncatingIfNeeded: count - 1)
    }

    @discardableResult
    mutating func remove(_ number: UInt32) -> Element {
        let element = self[number]
        set(number, .free(next: firstFree))
        firstFree = number
        count -= 1
        return element
    }

    /// Changes what is there, in its place where no copy shares it.
    mutating func update<Result>(_ number: UInt32, _ change: (inout Element) -> Result) -> Result {
        var element = self[number]
        // Nobody else has it meanwhile.
        set(number, .free(next: Self.none))
        defer { set(number, .used(element)) }
        return change(&element)
    }

    func forEach(_ visit: (UInt32, Element) -> Void) {
        var number: UInt32 = 0
        for chunk in chunks {
            for slot in chunk {
                if case .used(let element) = slot { visit(number, element) }
                number += 1
            }
        }
    }

    private func slot(_ number: UInt32) -> Slot { chunks[Int(number) / Self.chunkSize][Int(number) % Self.chunkSize] }

    private mutating func set(_ number: UInt32, _ slot: Slot) {
        chunks[Int(number) / Self.chunkSize][Int(number) % Self.chunkSize] = slot
    }
}
