/// The names of one object so far. Compared as bytes: `==` of strings is about what people see.
struct SeenNames {
    /// More than an object has that somebody writes; looked through one by one.
    private static let fewest = 16

    private var few: [String] = []
    private var many: Set<[UInt8]> = []

    /// False where it is there already.
    mutating func insert(_ name: String) -> Bool {
        if many.isEmpty {
            if few.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { return false }
            if few.count < Self.fewest {
                few.append(name)
                return true
            }
            many = Set(few.map { Array($0.utf8) })
        }
        return many.insert(Array(name.utf8)).inserted
    }
}
