import JSON

/// What plugins and their host log, for the operator.
enum PluginLog {
    /// In characters: a traceback is shorter, and what is longer is no message.
    private static let longestText = 16384

    static func write(_ message: JSONNode) {
        let plugin = message["plugin"]?.string.map { "\(Displayed.text($0)): " } ?? ""
        let text = String((message["text"]?.string ?? "").unicodeScalars.prefix(longestText))
        OperatorNotes.write(level(message["level"]?.string), of: .plugin, plugin + text)
    }

    /// By the names of Python's `logging`; a level of somebody's own is told as well.
    private static func level(_ name: String?) -> LogLevel {
        switch name {
        case "DEBUG": .debug
        case "WARNING": .warning
        case "ERROR", "CRITICAL": .error
        case .some, nil: .info
        }
    }
}
