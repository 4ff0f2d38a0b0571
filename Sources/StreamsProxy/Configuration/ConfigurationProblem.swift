package import JSON

/// One thing wrong with the settings: where it stands, what was found there, and what is allowed.
///
/// Its text is one line that an editor can jump to:
/// `config.json:7:31: LUNA_API_HTTP_SETTINGS.request_timeout: found "abc"; must be a number of seconds …`.
package struct ConfigurationProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The settings file, as it was named on the command line.
    package let file: String
    /// Where in the file; nil where the file as a whole is the problem.
    package let position: TextPosition?
    /// The names from the outermost object to the value, as `a.b[0]`; empty for the text as a whole.
    package let path: String
    /// What stands there, shortened, and never what may be secret; nil where nothing does.
    package let found: String?
    /// What is allowed, or what to do.
    package let rule: String
    /// The system refuses: nothing is known to be wrong with what stands in the file.
    package let isSystems: Bool
    /// How many problems there are where this stands for those that are not told.
    package let count: Int

    /// The last of a long list.
    static func rest(_ count: Int, file: String) -> ConfigurationProblem {
        ConfigurationProblem(file: file, position: nil, rule: "and \(count) more problems", count: count)
    }

    package init(
        file: String, position: TextPosition?, path: String = "", found: String? = nil, rule: String,
        isSystems: Bool = false, count: Int = 1
    ) {
        self.file = file
        self.position = position
        self.path = path
        self.found = found
        self.rule = rule
        self.isSystems = isSystems
        self.count = count
    }

    package var description: String {
        var line = Displayed.text(file, limit: 512)
        if let position { line += ":\(position)" }
        line += ": "
        if !path.isEmpty { line += "\(path): " }
        if let found { line += "found \(found); " }
        return line + rule
    }
}
