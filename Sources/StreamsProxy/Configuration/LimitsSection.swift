internal import JSON

/// What stands under `LIMITS`.
enum LimitsSection {
    static let name = "LIMITS"

    static func read(in settings: inout SettingsSection, _ problems: inout SettingsProblems) -> LimitSettings {
        var limits = LimitSettings()
        guard var section = settings.section(name, &problems) else { return limits }
        limits.requestLine = section.value("request_line", .headLength, &problems) ?? limits.requestLine
        limits.requestHead = section.value("request_head", .headLength, &problems) ?? limits.requestHead
        limits.requestFields = section.value("request_fields", .fieldCount, &problems) ?? limits.requestFields
        limits.requestHeadTimeout =
            section.value("request_head_timeout", .seconds, &problems) ?? limits.requestHeadTimeout
        limits.firstByteTimeout = section.value("first_byte_timeout", .seconds, &problems) ?? limits.firstByteTimeout
        limits.contentRate = section.value("content_rate", .byteRate, &problems) ?? limits.contentRate
        limits.contentRateWindow = section.value("content_rate_window", .seconds, &problems) ?? limits.contentRateWindow
        limits.contentRateGrace =
            section.value("content_rate_grace", .secondsOrNone, &problems) ?? limits.contentRateGrace
        limits.answerHead = section.value("answer_head", .headLength, &problems) ?? limits.answerHead
        limits.answerFields = section.value("answer_fields", .fieldCount, &problems) ?? limits.answerFields
        section.refuseUnknownNames(&problems)
        return limits
    }
}

extension Setting<Int> {
    /// At most what 16 bits count: places in a head are that wide. At least what ordinary requests need.
    fileprivate static var headLength: Self {
        Setting(rule: "must be a whole number of bytes from 1024 to 65535") { node in
            node.integer.flatMap { (1024...65535).contains($0) ? $0 : nil }
        }
    }

    fileprivate static var fieldCount: Self {
        Setting(rule: "must be a whole number from 10 to 10000") { node in
            node.integer.flatMap { (10...10000).contains($0) ? $0 : nil }
        }
    }

    fileprivate static var byteRate: Self {
        Setting(rule: "must be a whole number of bytes a second from 0 to 1073741824 (1 GiB)") { node in
            node.integer.flatMap { (0...1 << 30).contains($0) ? $0 : nil }
        }
    }
}
