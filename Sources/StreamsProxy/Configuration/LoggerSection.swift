internal import JSON

/// Reads `LUNA_API_LOGGER`, by the names that LUNA services have.
enum LoggerSection {
    /// The name of the log file in `FOLDER_WITH_LOGS`.
    static let fileName = "streams-proxy.log"

    static func read(
        in settings: inout SettingsSection, file: String, _ problems: inout SettingsProblems
    ) -> LoggerSettings {
        var logger = LoggerSettings()
        guard var section = settings.section("LUNA_API_LOGGER", &problems) else { return logger }
        logger.level = section.value("LOG_LEVEL", .logLevel, &problems) ?? logger.level
        logger.toStandardOutput = section.value("LOG_TO_STDOUT", .flag, &problems) ?? logger.toStandardOutput
        let isFileWanted = section.value("LOG_TO_FILE", .flag, &problems) ?? false
        let folder = section.value("FOLDER_WITH_LOGS", .folder, &problems) ?? "."
        if isFileWanted {
            do throws(SettingsFileError) {
                logger.file = try SettingsFile.resolve("\(folder)/\(fileName)", besides: file)
            } catch {
                problems.add(at: section.offset, path: section.path(of: "FOLDER_WITH_LOGS"), rule: error.sentence)
            }
        }
        logger.maximumFileSize = section.value("MAX_LOG_FILE_SIZE", .logFileSize, &problems) ?? nil
        logger.isTimeLocal = section.value("LOG_TIME", .logTime, &problems) ?? logger.isTimeLocal
        logger.format = section.value("FORMAT", .logFormat, &problems) ?? logger.format
        // There are no stack traces here; the name is known so that LUNA's own section can be pasted.
        _ = section.value("MULTILINE_STACK_TRACE", .flag, &problems)
        section.refuseUnknownNames(&problems)
        return logger
    }
}

extension Setting<LogLevel> {
    static var logLevel: Self {
        Setting(rule: "must be \"DEBUG\", \"INFO\", \"WARNING\" or \"ERROR\"") { node in
            LogLevel.allCases.first { $0.label.description == node.string }
        }
    }
}

extension Setting<LogFormat> {
    static var logFormat: Self {
        Setting(rule: "must be \"json\" or \"text\"") { $0.string.flatMap(LogFormat.init(rawValue:)) }
    }
}

extension Setting<Bool> {
    /// Whether times are those of the machine's time zone.
    static var logTime: Self {
        Setting(rule: "must be \"UTC\" or \"LOCAL\"") { node in
            switch node.string {
            case "UTC": false
            case "LOCAL": true
            default: nil
            }
        }
    }
}

extension Setting<String> {
    static var folder: Self {
        Setting(rule: "must be the path of a folder") { node in
            guard let path = node.string, !path.isEmpty, path.utf8.count < 4000, !path.utf8.contains(0) else {
                return nil
            }
            return path
        }
    }
}

extension Setting<Int?> {
    /// In MiB, as LUNA has it; 0 for a file without an end. The value is in bytes.
    static var logFileSize: Self {
        Setting(rule: "must be a whole number of MiB from 0 (no limit) to 1048576") { node in
            guard let size = node.integer, (0...1 << 20).contains(size) else { return nil }
            return .some(size == 0 ? nil : size << 20)
        }
    }
}
