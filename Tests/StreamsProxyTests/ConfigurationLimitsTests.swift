import StreamsProxy
import Testing

/// The section `LIMITS`: what it comes to, name by name, and what is wrong with it.
struct ConfigurationLimitsTests {
    private static func read(_ limits: String) -> ConfigurationResult {
        let text = """
            {"LIMITS": \(limits),
            "LUNA_API_PLUGINS_SETTINGS": {"luna-streams": {"luna-streams-address": {"origin": "http://localhost:5160"}}}}
            """
        return ConfigurationReader.read(text: Array(text.utf8), file: "/etc/streams/config.json")
    }

    private static func limits(_ text: String) throws -> LimitSettings {
        switch read(text) {
        case .valid(let configuration): return configuration.limits
        case .invalid(let problems): throw Unexpected(problems: problems)
        }
    }

    private struct Unexpected: Error {
        let problems: [ConfigurationProblem]
    }

    @Test func `The defaults are the documented ones`() throws {
        let limits = try Self.limits("{}")
        #expect(limits == LimitSettings())
        #expect(limits.requestLine == 8192)
        #expect(limits.requestHead == 32768)
        #expect(limits.requestFields == 100)
        #expect(limits.requestHeadTimeout == .seconds(10))
        #expect(limits.firstByteTimeout == .seconds(10))
        #expect(limits.contentRate == 500)
        #expect(limits.contentRateWindow == .seconds(10))
        #expect(limits.contentRateGrace == .seconds(20))
        #expect(limits.readAhead == 16384)
        #expect(limits.connections == 1 << 20)
        #expect(limits.connectionsPerAddress == 16384)
        #expect(limits.bufferedBytes == 268_435_456)
        #expect(limits.answerHead == 32768)
        #expect(limits.answerFields == 100)
    }

    struct Member: Sendable, CustomTestStringConvertible {
        let name: String
        let least: String
        let most: String
        let wrong: [String]
        let rule: String
        let value: @Sendable (LimitSettings) -> String
        var testDescription: String { name }
    }

    private static func bytes(_ name: String, _ value: @escaping @Sendable (LimitSettings) -> Int) -> Member {
        Member(
            name: name, least: "1024", most: "65535", wrong: ["1023", "65536", "-1", "1024.5", "\"8k\"", "null"],
            rule: "must be a whole number of bytes from 1024 to 65535", value: { String(value($0)) })
    }

    private static func fields(_ name: String, _ value: @escaping @Sendable (LimitSettings) -> Int) -> Member {
        Member(
            name: name, least: "10", most: "10000", wrong: ["9", "10001", "true"],
            rule: "must be a whole number from 10 to 10000", value: { String(value($0)) })
    }

    private static func seconds(_ name: String, _ value: @escaping @Sendable (LimitSettings) -> Duration) -> Member {
        Member(
            name: name, least: "0.001", most: "86400", wrong: ["0", "-1", "86400.5", "\"ten\""],
            rule: "must be a number of seconds above 0, at most 86400",
            value: { limits in
                let (seconds, attoseconds) = value(limits).components
                return seconds == 0 ? "0.00\(attoseconds / 1_000_000_000_000_000)" : String(seconds)
            })
    }

    static let members = [
        bytes("request_line", \.requestLine), bytes("request_head", \.requestHead),
        fields("request_fields", \.requestFields), seconds("request_head_timeout", \.requestHeadTimeout),
        seconds("first_byte_timeout", \.firstByteTimeout),
        Member(
            name: "content_rate", least: "0", most: "1073741824", wrong: ["-1", "1073741825", "0.5"],
            rule: "must be a whole number of bytes a second from 0 to 1073741824 (1 GiB)",
            value: { String($0.contentRate) }),
        seconds("content_rate_window", \.contentRateWindow),
        Member(
            name: "content_rate_grace", least: "0", most: "86400", wrong: ["-0.1", "86401"],
            rule: "must be a number of seconds from 0 to 86400",
            value: { String($0.contentRateGrace.components.seconds) }),
        Member(
            name: "read_ahead", least: "0", most: "1048576", wrong: ["-1", "1048577"],
            rule: "must be a whole number of bytes from 0 to 1048576 (1 MiB)", value: { String($0.readAhead) }),
        Member(
            name: "connections", least: "1", most: "1048576", wrong: ["0", "1048577"],
            rule: "must be a whole number from 1 to 1048576", value: { String($0.connections) }),
        Member(
            name: "connections_per_address", least: "0", most: "1048576", wrong: ["-1", "1048577"],
            rule: "must be a whole number from 0 to 1048576", value: { String($0.connectionsPerAddress) }),
        Member(
            name: "buffered_bytes", least: "8388608", most: "1099511627776", wrong: ["8388607", "1099511627777"],
            rule: "must be a whole number of bytes from 8388608 (8 MiB) to 1099511627776 (1 TiB)",
            value: { String($0.bufferedBytes) }),
        bytes("answer_head", \.answerHead), fields("answer_fields", \.answerFields),
    ]

    @Test(arguments: members)
    func `A limit is read from its least to its greatest value`(_ member: Member) throws {
        #expect(try member.value(Self.limits("{\"\(member.name)\": \(member.least)}")) == member.least)
        #expect(try member.value(Self.limits("{\"\(member.name)\": \(member.most)}")) == member.most)
    }

    @Test(arguments: members)
    func `A limit beyond its rule is a problem`(_ member: Member) throws {
        for wrong in member.wrong {
            guard case .invalid(let problems) = Self.read("{\"\(member.name)\": \(wrong)}") else {
                #expect(Bool(false), "\(wrong) was taken")
                continue
            }
            let column = "{\"LIMITS\": {\"\(member.name)\": ".utf8.count + 1
            #expect(
                problems.map { "\($0)" } == [
                    "/etc/streams/config.json:1:\(column): LIMITS.\(member.name): found \(wrong); \(member.rule)"
                ])
        }
    }

    @Test func `An unknown limit is told the nearest known name`() {
        guard case .invalid(let problems) = Self.read("{\"request_heads\": 1}") else {
            #expect(Bool(false), "an unknown name was taken")
            return
        }
        #expect(
            problems.map { "\($0)" } == [
                "/etc/streams/config.json:1:13: LIMITS.request_heads: unknown setting; did you mean \"request_head\"?"
            ])
    }
}
