/// An input taken apart: choices from its end, and before them a message. So a raw message is a good seed as it is.
struct FuzzInput {
    private(set) var message: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        message = bytes[...]
    }

    /// The message as an array that starts at 0.
    var bytes: [UInt8] { Array(message) }

    /// One of 0 to `count` - 1; 0 once nothing is left.
    mutating func choice(_ count: Int) -> Int {
        Int(message.popLast() ?? 0) % count
    }

    mutating func flag() -> Bool { choice(2) == 1 }

    /// One of `values`.
    mutating func choice<Value>(of values: [Value]) -> Value { values[choice(values.count)] }

    /// 0 to 65535.
    mutating func number() -> Int { choice(256) << 8 | choice(256) }
}

extension [UInt8] {
    /// Cut in up to three parts at those places, taken as what is left over after division by the length.
    func split(at places: [Int]) -> [[UInt8]] {
        let cuts = ([0, count] + places.map { $0 % (count + 1) }).sorted()
        return zip(cuts, cuts.dropFirst()).map { Array(self[$0..<$1]) }
    }
}
