import JSON

/// What plugins and their host log, for the operator.
enum PluginLog {
    private static let longestText = 16384

    /// `plugin teapot: WARNING: …`; further lines, as of a traceback, are indented, and nothing in it moves a terminal.
    static func write(_ message: JSONNode) {
        let plugin = message["plugin"]?.string.map { "plugin \(Displayed.text($0))" } ?? "plugins"
        let level = Displayed.text(message["level"]?.string ?? "INFO", limit: 16)
        let text = message["text"]?.string ?? ""
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            Displayed.text(String($0), limit: longestText)
        }
        OperatorNotes.write("\(plugin): \(level): \(lines.joined(separator: "\n    "))\n")
    }
}
