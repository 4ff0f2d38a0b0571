/// Something that a client or a file can make large, and that is worked through once: a row of the cost tests.
struct Workload: Sendable {
    let name: String
    /// Of the smaller run; the larger one has twice that. Large enough that what is spent once hides nothing.
    let size: Int
    /// Makes what is needed for a size, which is not counted, and gives the work, which is. The number that comes back
    /// must be of all that was to be done: it is proof, and nothing can be left out as unused.
    let prepare: @Sendable (Int) -> () -> Int
    /// What that number must be.
    let result: @Sendable (Int) -> Int
    /// Whether the size is only of what is there, and the work always the same.
    let isFlat: Bool

    init(
        _ name: String, _ size: Int, isFlat: Bool = false, result: @escaping @Sendable (Int) -> Int = { $0 },
        _ prepare: @escaping @Sendable (Int) -> () -> Int
    ) {
        self.name = name
        self.size = size
        self.isFlat = isFlat
        self.prepare = prepare
        self.result = result
    }
}
