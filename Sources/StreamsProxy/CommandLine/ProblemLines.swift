import Auth

/// What is wrong with settings, accounts and certificates, as whole lines for the operator.
struct ProblemLines: Equatable {
    private(set) var lines: [String] = []
    /// With those that are not told.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    var text: String { lines.map { "\($0)\n" }.joined() }

    mutating func add(_ line: String) {
        lines.append(line)
        count += 1
    }

    mutating func add(_ problems: [ConfigurationProblem]) {
        lines += problems.map(\.description)
        count += problems.reduce(0) { $0 + $1.count }
    }

    mutating func add(_ problems: [AccountsProblem]) {
        lines += problems.map(\.description)
        count += problems.reduce(0) { $0 + $1.count }
    }
}
