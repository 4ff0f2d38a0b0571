import Auth
import HTTPCore

/// What is wrong with settings, accounts and certificates, as whole lines for the operator.
struct ProblemLines: Equatable {
    private(set) var lines: [String] = []
    /// With those that are not told.
    private(set) var count = 0
    /// Whether there is anything that the system does not just refuse to hand over or to change.
    private var hasFault = false

    init() {}

    init(_ problems: [AccountsProblem]) { add(problems) }

    init(_ problems: [ConfigurationProblem]) { add(problems) }

    var isEmpty: Bool { count == 0 }

    var text: String { lines.map { "\($0)\n" }.joined() }

    /// 78, or 71 where the system refuses and nothing else is known to be wrong.
    var result: CommandResult { CommandResult(exitCode: exitCode, standardError: text) }

    var exitCode: Int32 { hasFault ? 78 : 71 }

    mutating func add(_ refusal: SystemError) {
        lines.append("streams-proxy: \(refusal)")
        count += 1
    }

    mutating func add(_ line: String) {
        lines.append(line)
        count += 1
        hasFault = true
    }

    mutating func add(_ problems: [ConfigurationProblem]) {
        lines += problems.map(\.description)
        count += problems.reduce(0) { $0 + $1.count }
        hasFault = hasFault || !problems.allSatisfy(\.isSystems)
    }

    mutating func add(_ problems: [AccountsProblem]) {
        lines += problems.map(\.description)
        count += problems.reduce(0) { $0 + $1.count }
        hasFault = hasFault || !problems.allSatisfy(\.isSystems)
    }
}
