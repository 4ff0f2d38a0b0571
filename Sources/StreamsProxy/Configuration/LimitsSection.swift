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
        limits.readAhead = section.value("read_ahead", .readAhead, &problems) ?? limits.readAhead
        limits.connections = section.value("connections", .connections, &problems) ?? limits.connections
        limits.connectionsPerAddress =
            section.value("connections_per_address", .connectionsPerAddress, &problems) ?? limits.connectionsPerAddress
        limits.bufferedBytes = section.value("buffered_bytes", .bufferedBytes, &problems) ?? limits.bufferedBytes
        limits.answerHead = section.value("answer_head", .headLength, &problems) ?? limits.answerHead
        limits.answerFields = section.value("answer_fields", .fieldCount, &problems) ?? limits.answerFields
        section.refuseUnknownNames(&problems)
        return limits
    }
}

extension Setting<Int> {
    private static func number(_ range: ClosedRange<Int>, _ words: String) -> Self {
        Setting(rule: "must be a whole number \(words)") { node in
            node.integer.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// At most what 16 bits count: places in a head are that wide. At least what ordinary requests need.
    fileprivate static var headLength: Self { number(1024...65535, "of bytes from 1024 to 65535") }

    fileprivate static var readAhead: Self { number(0...1 << 20, "of bytes from 0 to 1048576 (1 MiB)") }

    fileprivate static var connections: Self { number(1...1 << 20, "from 1 to 1048576") }

    fileprivate static var connectionsPerAddress: Self { number(0...1 << 20, "from 0 to 1048576") }

    /// At least so much that in an account's share there is room for a creation that is gathered.
    fileprivate static var bufferedBytes: Self {
        number(8 << 20...1 << 40, "of bytes from 8388608 (8 MiB) to 1099511627776 (1 TiB)")
    }

    fileprivate static var fieldCount: Self { number(10...10000, "from 10 to 10000") }

    fileprivate static var byteRate: Self { number(0...1 << 30, "of bytes a second from 0 to 1073741824 (1 GiB)") }
}
