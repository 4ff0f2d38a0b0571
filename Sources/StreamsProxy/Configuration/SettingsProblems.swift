internal import Auth
internal import JSON

/// The problems of one settings text as they are found, in any order, and what else comes of reading it.
struct SettingsProblems {
    private struct Finding {
        let offset: Int
        let path: String
        let found: String?
        let rule: String
    }

    /// More are counted and not told: nobody reads them, and a text of a megabyte can have a hundred thousand.
    static let limit = 100

    private let file: String
    private var findings: [Finding] = []
    private(set) var count = 0
    /// The files that the settings name.
    var files = FilesRead()
    /// What the operator should know of them.
    private(set) var warnings: [ConfigurationProblem] = []
    /// Where in the settings themselves the first secret stands.
    private(set) var secretPath: String?

    init(file: String) {
        self.file = file
    }

    var isEmpty: Bool { count == 0 }

    mutating func add(
        at offset: Int, path: @autoclosure () -> String, found: @autoclosure () -> String? = nil,
        rule: @autoclosure () -> String
    ) {
        count += 1
        guard findings.count < Self.limit else { return }
        findings.append(Finding(offset: offset, path: path(), found: found(), rule: rule()))
    }

    mutating func warn(_ file: String, _ path: String, _ sentence: String) {
        warnings.append(ConfigurationProblem(file: file, position: nil, path: path, rule: sentence))
    }

    mutating func warn(_ others: [ConfigurationProblem]) { warnings += others }

    /// Whether one is in a setting of these names, or in what stands under one.
    func concern(_ names: [String]) -> Bool {
        findings.count < count || findings.contains { finding in names.contains { finding.path.hasPrefix($0) } }
    }

    mutating func noteSecret(_ path: String) { secretPath = secretPath ?? path }

    /// In file order, each with its line and column.
    func located(in text: [UInt8]) -> [ConfigurationProblem] {
        let ordered = findings.enumerated()
            .sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }
            .map(\.element)
        let told = zip(ordered, TextPosition.all(of: ordered.map(\.offset), in: text)).map { finding, position in
            ConfigurationProblem(
                file: file, position: position, path: finding.path, found: finding.found, rule: finding.rule)
        }
        return count == told.count ? told : told + [.rest(count - told.count, file: file)]
    }
}
