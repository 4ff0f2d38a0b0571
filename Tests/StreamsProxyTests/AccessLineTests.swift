import HTTPCore
import JSON
import StreamsProxy
import Testing

/// Lines of the access log, byte for byte.
struct AccessLineTests {
    private static let names = LogNames(mount: Array("/6/plugins/luna-streams".utf8), client: Array("10.0.0.7".utf8))
    private static let noon: Int64 = 1_795_608_000_123
    private static let start = Instant(nanoseconds: 5_000_000_000)

    private static func later(_ microseconds: Int64) -> Instant {
        Instant(nanoseconds: start.nanoseconds + microseconds * 1000)
    }

    /// A call that went over a new connection, by token.
    private static var record: ExchangeRecord {
        var record = ExchangeRecord(
            RequestID(seconds: 1_795_608_000, id: UniqueID(high: 0x1111_1111_2222_4333, low: 0x8444_5555_5555_5555)),
            .get, at: start)
        record.route = .stream
        record.accountID = UniqueID(high: 0x6D07_1CCA_FDA5_4A03, low: 0x84D5_5BEA_6590_4480)
        record.tokenID = UniqueID(high: 0xC6E2_DA6C_6862_4361, low: 0xB14F_0CF5_0131_3F17)
        record.credential = 0x00C0_FFEE
        record.decision = .cache
        record.connect(at: start, reused: false)
        record.connected(at: later(150))
        return record
    }

    private static var tally: ExchangeTally {
        var tally = ExchangeTally()
        tally.status = 200
        tally.answered = later(700)
        tally.requestBytes = 312
        tally.answerBytes = 530
        return tally
    }

    private func line(
        _ event: AccessEvent = .request, _ format: LogFormat = .json, _ record: ExchangeRecord = record,
        _ tally: ExchangeTally = tally, isLocal: Bool = false
    ) -> String {
        var bytes: [UInt8] = []
        var clock = LogClock(isLocal: isLocal)
        AccessLine(event, record, tally, at: Self.later(812), unixMilliseconds: Self.noon)
            .append(format, &clock, Self.names, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func aWholeLine() {
        #expect(
            line() == #"{"time":"2026-11-25T12:00:00.123Z","level":"info","event":"request","#
                + #""request_id":"1795608000,11111111-2222-4333-8444-555555555555","trace_id":null,"client":"10.0.0.7","method":"GET","#
                + #""route":"/6/plugins/luna-streams/streams/{stream_id}","#
                + #""account_id":"6d071cca-fda5-4a03-84d5-5bea65904480","#
                + #""token_id":"c6e2da6c-6862-4361-b14f-0cf501313f17","credential":"00c0ffee","status":200,"#
                + #""error_code":null,"reason":null,"request_bytes":312,"answer_bytes":530,"total_us":812,"#
                + #""first_byte_us":700,"connect_us":150,"decision_us":0,"decision":"cache","upstream":"new","#
                + #""retried":false,"end":"completed"}"# + "\n")
    }

    @Test func aLineForEyes() {
        #expect(
            line(.request, .text) == "2026-11-25T12:00:00.123Z INFO 10.0.0.7 GET "
                + "/6/plugins/luna-streams/streams/{stream_id} 200 812us "
                + "request_id=1795608000,11111111-2222-4333-8444-555555555555 "
                + "account=6d071cca-fda5-4a03-84d5-5bea65904480 token=c6e2da6c-6862-4361-b14f-0cf501313f17 "
                + "credential=00c0ffee in=312 out=530 first_byte=700us connect=150us decision=cache upstream=new "
                + "completed\n")
    }

    @Test func whatThereIsNotIsNull() {
        let bare = ExchangeRecord(RequestID(seconds: 1, id: UniqueID(high: 0, low: 0)), .other, at: Self.start)
        #expect(
            line(.request, .json, bare, ExchangeTally())
                == #"{"time":"2026-11-25T12:00:00.123Z","level":"info","event":"request","#
                + #""request_id":"0000000001,00000000-0000-0000-0000-000000000000","trace_id":null,"client":"10.0.0.7","#
                + #""method":"other","route":null,"account_id":null,"token_id":null,"credential":null,"status":null,"#
                + #""error_code":null,"reason":null,"request_bytes":0,"answer_bytes":0,"total_us":812,"#
                + #""first_byte_us":null,"connect_us":0,"decision_us":0,"decision":"none","upstream":"none","#
                + #""retried":false,"end":"completed"}"# + "\n")
    }

    @Test func theTraceIsTold() {
        var record = Self.record
        record.traceID = UniqueID(high: 0x4BF9_2F35_77B3_4DA6, low: 0xA3CE_929D_0E0E_4736)
        #expect(line(.request, .json, record).contains(#"","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","client":""#))
        #expect(line(.request, .text, record).contains(" trace_id=4bf92f3577b34da6a3ce929d0e0e4736 "))
    }

    /// Every word of every list, on every route and with every method: JSON each time, its members in one order.
    @Test func everyWordMakesALine() throws {
        let order = try members(line())
        for format in LogFormat.allCases {
            for event in [AccessEvent.request, .begin, .end] {
                for reason in RefusalReason.allCases {
                    try check(event, format, order) { $0.reason = reason }
                }
                for fault in MessageFault.all {
                    try check(event, format, order) {
                        $0.reason = .malformed
                        $0.fault = fault
                    }
                }
                for route in Route.allCases { try check(event, format, order) { $0.route = route } }
                for method in Method.allCases { try check(event, format, order) { $0.method = method } }
                for end in ExchangeEnd.allCases { try check(event, format, order) { $0.end = end } }
                for source in DecisionSource.allCases { try check(event, format, order) { $0.decision = source } }
                for use in UpstreamUse.allCases { try check(event, format, order) { $0.upstream = use } }
            }
        }
    }

    /// Whoever breaks a rule of HTTP, the reason is that rule.
    @Test(arguments: [
        (Refusal.malformed(.foldedField), "folded_field"), (.upstream(.unreadable(.malformedChunk)), "bad_chunk"),
        (.plugin(.unreadable(.headTooLong)), "head_too_long"), (.upstream(.unaskedUpgrade), "upstream_unreadable"),
        (.noSuchPage, "no_such_page"),
    ])
    func theReasonIsTheRule(refusal: Refusal, word: String) {
        var record = Self.record
        record.reason = RefusalReason(refusal)
        record.fault = refusal.fault
        #expect(line(.request, .json, record).contains(#""reason":"\#(word)","#))
        #expect(line(.request, .text, record).contains(" reason=\(word) "))
    }

    private func check(
        _ event: AccessEvent, _ format: LogFormat, _ order: [String], _ change: (inout ExchangeRecord) -> Void
    ) throws {
        var record = Self.record
        change(&record)
        let line = line(event, format, record)
        #expect(line.utf8.count <= AccessLine.maximumLength)
        #expect(line.utf8.last == 0x0A && line.utf8.dropLast().allSatisfy { (0x20...0x7E).contains($0) })
        if format == .json { #expect(try members(line) == order) }
    }

    private func members(_ line: String) throws -> [String] {
        let root = try JSONParser.parse(Array(line.utf8))
        return try #require(root.object).map(\.name)
    }

    /// Counters can hold more than anything is long; a line has room for that.
    @Test func theLongestLineFits() throws {
        var record = Self.record
        record.route = .live
        record.reason = .upstreamConnectTimeout
        record.errorCode = 41007
        record.end = .clientTimedOut
        record.isRetried = true
        record.traceID = record.accountID
        record.held = .max
        record.connecting = .max
        record.began = Instant(nanoseconds: 0)
        var tally = Self.tally
        tally.requestBytes = .max
        tally.answerBytes = .max
        tally.answered = Instant(nanoseconds: .max - 1)
        for format in LogFormat.allCases {
            var bytes: [UInt8] = []
            var clock = LogClock(isLocal: false)
            AccessLine(.request, record, tally, at: Instant(nanoseconds: .max), unixMilliseconds: Self.noon)
                .append(format, &clock, Self.names, to: &bytes)
            #expect(bytes.count < AccessLine.maximumLength)
        }
    }

    @Test(arguments: [
        (200, ExchangeEnd.completed, LogLevel.info), (101, .completed, .info), (304, .completed, .info),
        (404, .completed, .warning), (200, .clientGone, .warning), (200, .revoked, .warning), (200, .drained, .warning),
        (0, .clientTimedOut, .warning), (500, .completed, .error), (504, .completed, .error), (200, .cut, .error),
    ])
    func theLevelSaysHowBadItIs(status: Int, end: ExchangeEnd, level: LogLevel) {
        var record = Self.record
        var tally = Self.tally
        record.end = end
        tally.status = status
        #expect(
            AccessLine(.request, record, tally, at: Self.start, unixMilliseconds: Self.noon).level == level)
    }

    @Test(arguments: [
        (AccessEvent.end, 200, RefusalReason.none, ExchangeEnd.clientGone, LogLevel.info),
        (.end, 101, .none, .clientGone, .info), (.end, 200, .none, .clientTimedOut, .warning),
        (.end, 200, .none, .revoked, .warning), (.end, 200, .none, .cut, .error),
        (.request, 401, .noCredentials, .completed, .info),
        (.request, 401, .wrongLoginOrPassword, .completed, .warning),
        (.request, 401, .tokenExpired, .completed, .warning),
    ])
    func whatViewersAndBrowsersAlwaysDoIsNoWarning(
        event: AccessEvent, status: Int, reason: RefusalReason, end: ExchangeEnd, level: LogLevel
    ) {
        var record = Self.record
        var tally = Self.tally
        record.end = end
        record.reason = reason
        tally.status = status
        #expect(AccessLine(event, record, tally, at: Self.start, unixMilliseconds: Self.noon).level == level)
    }

    @Test func aPluginIsNamed() {
        let names = LogNames(mount: [], client: Array("10.0.0.7".utf8), plugin: Array("hello".utf8))
        var record = Self.record
        record.route = .plugin
        for format in LogFormat.allCases {
            var bytes: [UInt8] = []
            var clock = LogClock(isLocal: false)
            AccessLine(.request, record, Self.tally, at: Self.later(1), unixMilliseconds: Self.noon)
                .append(format, &clock, names, to: &bytes)
            #expect(String(decoding: bytes, as: UTF8.self).contains("/6/plugins/hello"))
        }
    }
}
