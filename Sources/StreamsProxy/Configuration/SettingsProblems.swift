internal import JSON

/// The problems of one settings text as they are found, in any order.
struct SettingsProblems {
    private struct Finding {
        let offset: Int
        let path: String
        let found: String?
        let rule: String
    }

    private let file: String
    private var findings: [Finding] = []

    init(file: String) {
        self.file = file
    }

    var isEmpty: Bool { findings.isEmpty }

    mutating func add(at offset: Int, path: String, found: String? = nil, rule: String) {
        findings.append(Finding(offset: offset, path: path, found: found, rule: rule))
    }

    /// In file order, each with its line and column.
    func located(in text: [UInt8]) -> [ConfigurationProblem] {
        let ordered = findings.enumerated()
            .sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }
            .map(\.element)
        return zip(ordered, TextPosition.all(of: ordered.map(\.offset), in: text)).map { finding, position in
            ConfigurationProblem(
                file: file, position: position, path: finding.path, found: finding.found, rule: finding.rule)
        }
    }
}
