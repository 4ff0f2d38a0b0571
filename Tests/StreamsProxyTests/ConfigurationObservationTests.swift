import StreamsProxy
import Testing

/// `LUNA_API_LOGGER` and `LUNA_SERVICE_METRICS`.
struct ConfigurationObservationTests {
    private static func read(_ member: String) -> ConfigurationResult {
        let text = """
            {\(member),
            "LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {"luna-streams-address": {"origin": "http://localhost:5160"}}}}
            """
        return ConfigurationReader.read(text: Array(text.utf8), file: "/etc/streams/config.json")
    }

    private static func configuration(_ member: String) throws -> Configuration {
        switch read(member) {
        case .valid(let configuration): return configuration
        case .invalid(let problems): throw Unexpected(problems: problems)
        }
    }

    private struct Unexpected: Error {
        let problems: [ConfigurationProblem]
    }

    @Test func theDefaults() throws {
        let configuration = try Self.configuration(#""LUNA_API_LOGGER": {}, "LUNA_SERVICE_METRICS": {}"#)
        #expect(configuration.logger == LoggerSettings())
        #expect(configuration.logger.toStandardOutput && configuration.logger.file == nil)
        #expect(configuration.logger.level == .info && configuration.logger.format == .json)
        #expect(configuration.metrics == MetricsSettings())
        #expect(!configuration.metrics.isOn)
    }

    @Test func allOfTheLogger() throws {
        let logger = try Self.configuration(
            #""LUNA_API_LOGGER": {"LOG_LEVEL": "WARNING", "LOG_TO_STDOUT": 0, "LOG_TO_FILE": 1, "#
                + #""FOLDER_WITH_LOGS": "/var/log/streams", "MAX_LOG_FILE_SIZE": 10, "LOG_TIME": "LOCAL", "#
                + #""FORMAT": "text", "MULTILINE_STACK_TRACE": 1}"#
        ).logger
        #expect(logger.level == .warning && !logger.toStandardOutput)
        #expect(logger.file == "/var/log/streams/streams-proxy.log")
        #expect(logger.maximumFileSize == 10 << 20 && logger.isTimeLocal && logger.format == .text)
    }

    @Test(arguments: [
        (#"{"LOG_TO_FILE": 1}"#, "/etc/streams/streams-proxy.log"),
        (#"{"LOG_TO_FILE": 1, "FOLDER_WITH_LOGS": "logs"}"#, "/etc/streams/logs/streams-proxy.log"),
        (#"{"LOG_TO_FILE": 1, "FOLDER_WITH_LOGS": "./logs/"}"#, "/etc/streams/logs/streams-proxy.log"),
        (#"{"LOG_TO_FILE": 0, "FOLDER_WITH_LOGS": "logs"}"#, nil),
    ])
    func theFile(section: String, path: String?) throws {
        #expect(try Self.configuration("\"LUNA_API_LOGGER\": \(section)").logger.file == path)
    }

    @Test func noLimitIsZero() throws {
        #expect(try Self.configuration(#""LUNA_API_LOGGER": {"MAX_LOG_FILE_SIZE": 0}"#).logger.maximumFileSize == nil)
    }

    @Test(arguments: [
        #"{"site": "a", "_zone": "b\"\\"}"#, #""site=a,_zone=b\"\\""#,
    ])
    func extraLabels(value: String) throws {
        let metrics = try Self.configuration("\"LUNA_SERVICE_METRICS\": {\"ENABLED\": 1, \"EXTRA_LABELS\": \(value)}")
            .metrics
        #expect(metrics.isOn)
        #expect(
            metrics.extraLabels == [MetricLabel(name: "site", value: "a"), MetricLabel(name: "_zone", value: "b\"\\")])
    }

    @Test(arguments: [
        (#""LUNA_API_LOGGER": {"LOG_LEVEL": "info"}"#, "LUNA_API_LOGGER.LOG_LEVEL: found \"info\""),
        (#""LUNA_API_LOGGER": {"FORMAT": "ecs"}"#, "LUNA_API_LOGGER.FORMAT: found \"ecs\""),
        (#""LUNA_API_LOGGER": {"LOG_TIME": "GMT"}"#, "LUNA_API_LOGGER.LOG_TIME: found \"GMT\""),
        (#""LUNA_API_LOGGER": {"MAX_LOG_FILE_SIZE": -1}"#, "LUNA_API_LOGGER.MAX_LOG_FILE_SIZE: found -1"),
        (#""LUNA_API_LOGGER": {"MAX_LOG_FILE_SIZE": 1048577}"#, "LUNA_API_LOGGER.MAX_LOG_FILE_SIZE: found 1048577"),
        (#""LUNA_API_LOGGER": {"FOLDER_WITH_LOGS": ""}"#, "LUNA_API_LOGGER.FOLDER_WITH_LOGS: found \"\""),
        (#""LUNA_API_LOGGER": {"LOG_LEVL": "INFO"}"#, "LUNA_API_LOGGER.LOG_LEVL: unknown setting"),
        (#""LUNA_SERVICE_METRICS": {"ENABLED": 2}"#, "LUNA_SERVICE_METRICS.ENABLED: found 2"),
        (#""LUNA_SERVICE_METRICS": {"METRICS_FORMAT": "x"}"#, "LUNA_SERVICE_METRICS.METRICS_FORMAT: found \"x\""),
        (#""LUNA_SERVICE_METRICS": {"EXTRA_LABELS": {"a-b": "x"}}"#, "LUNA_SERVICE_METRICS.EXTRA_LABELS: found"),
        (#""LUNA_SERVICE_METRICS": {"EXTRA_LABELS": {"path": "x"}}"#, "LUNA_SERVICE_METRICS.EXTRA_LABELS: found"),
        (#""LUNA_SERVICE_METRICS": {"EXTRA_LABELS": {"__a": "x"}}"#, "LUNA_SERVICE_METRICS.EXTRA_LABELS: found"),
        (#""LUNA_SERVICE_METRICS": {"EXTRA_LABELS": {"a": 1}}"#, "LUNA_SERVICE_METRICS.EXTRA_LABELS: found"),
        (#""LUNA_SERVICE_METRICS": {"EXTRA_LABELS": "a=1,a=2"}"#, "LUNA_SERVICE_METRICS.EXTRA_LABELS: found"),
        (#""LUNA_SERVICE_METRICS": {"EXTRA_LABELS": "a"}"#, "LUNA_SERVICE_METRICS.EXTRA_LABELS: found"),
    ])
    func problems(member: String, expected: String) {
        guard case .invalid(let problems) = Self.read(member) else {
            Issue.record("valid: \(member)")
            return
        }
        #expect(problems.count == 1)
        #expect(problems.allSatisfy { "\($0)".contains(expected) }, "\(problems)")
    }
}
