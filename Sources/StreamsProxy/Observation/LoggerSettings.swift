/// `LUNA_API_LOGGER`.
package struct LoggerSettings: Sendable, Equatable {
    /// `LOG_LEVEL`: what is less important is not written.
    package var level = LogLevel.info
    /// `LOG_TO_STDOUT`.
    package var toStandardOutput = true
    /// The file, where `LOG_TO_FILE` is on: `FOLDER_WITH_LOGS` and a fixed name. An absolute path.
    package var file: String?
    /// `MAX_LOG_FILE_SIZE` in bytes; nil where the file grows without end.
    package var maximumFileSize: Int?
    /// `LOG_TIME`: whether times are those of the machine's time zone.
    package var isTimeLocal = false
    /// `FORMAT`.
    package var format = LogFormat.json

    package init() {}
}

package enum LogFormat: String, Sendable, CaseIterable {
    case json, text
}

/// How much a line matters.
package enum LogLevel: UInt8, Sendable, Comparable, CaseIterable {
    case debug, info, warning, error

    package static func < (one: LogLevel, other: LogLevel) -> Bool { one.rawValue < other.rawValue }

    /// As it stands in a JSON line.
    package var word: StaticString {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    /// LUNA's spelling, of settings and of text lines.
    package var label: StaticString {
        switch self {
        case .debug: "DEBUG"
        case .info: "INFO"
        case .warning: "WARNING"
        case .error: "ERROR"
        }
    }
}
