/// Where in an accounts file something stands. It is spelled out only where there is a problem.
struct RecordPlace {
    enum List: String {
        case accounts, tokens
    }

    /// Nil for the outermost object.
    private let list: List?
    private let index: Int32
    private let start: Int32

    static let root = RecordPlace()

    private init() {
        list = nil
        index = 0
        start = 0
    }

    /// The file has at most 64 MiB.
    init(_ list: List, _ index: Int, offset: Int) {
        self.list = list
        self.index = Int32(truncatingIfNeeded: index)
        start = Int32(truncatingIfNeeded: offset)
    }

    var offset: Int { Int(start) }

    /// The JSON path, like `accounts[1]`.
    var path: String { list.map { "\($0.rawValue)[\(index)]" } ?? "" }

    /// What stands between the path and a member's name.
    var memberPrefix: String { list == nil ? "" : "." }
}
