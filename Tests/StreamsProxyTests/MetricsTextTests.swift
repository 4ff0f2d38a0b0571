import HTTPCore
import StreamsProxy
import Testing

/// Counters, and the text that tells of them.
struct MetricsTextTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    private static func text(_ counters: Counters, labels: [MetricLabel] = []) throws -> [String] {
        var logger = LoggerSettings()
        logger.toStandardOutput = false
        let frame = MetricsFrame(mount: "/mount", extraLabels: labels, log: try AccessLog(logger))
        return String(decoding: MetricsText(counters, frame).bytes, as: UTF8.self).split(separator: "\n").map(
            String.init)
    }

    private static func count(
        _ counters: inout Counters, _ method: Method, _ route: Route?, _ status: Int, _ code: Int = 0,
        nanoseconds: Int64 = 0, reason: RefusalReason = .none
    ) {
        var record = ExchangeRecord(RequestID(seconds: 0, id: UniqueID(high: 0, low: 0)), method, at: start)
        record.route = route
        record.errorCode = code
        record.reason = reason
        var tally = ExchangeTally()
        tally.status = status
        counters.count(record, tally, at: start.advanced(by: Interval(nanoseconds: nanoseconds)))
    }

    /// Each route, method, status and code has a line of its own, or is `other`.
    @Test func noTwoLinesAreTheSame() throws {
        var counters = Counters()
        for route in Route.allCases.map(Optional.some) + [nil] {
            for method in Method.allCases {
                for status in [0, 101, 200, 299, 404, 418, 503, 999] { Self.count(&counters, method, route, status) }
                for code in [11065, 16, 99999] { Self.count(&counters, method, route, 500, code) }
            }
        }
        let lines = try Self.text(counters).filter { !$0.hasPrefix("#") }
        let names = lines.map { $0[..<($0.lastIndex(of: " ") ?? $0.endIndex)] }
        #expect(Set(names).count == names.count)
        #expect(lines.contains(#"request_count_total{path="GET:/mount/version",status_code="200"} 1"#))
        #expect(lines.contains(#"request_count_total{path="GET:/version",status_code="200"} 1"#))
        #expect(lines.contains(#"request_count_total{path="other:other",status_code="other"} 4"#))
        #expect(lines.contains(#"errors_count_total{path="GET:/mount/streams",error_code="11065"} 1"#))
        #expect(lines.contains(#"errors_count_total{path="GET:/mount/streams",error_code="upstream"} 5"#))
    }

    @Test func eachTableHasTheSizeThatIsWrittenOut() {
        #expect(CounterLayout.holdsAllTables)
    }

    @Test(arguments: [
        (0, "0.0001"), (100_000, "0.0001"), (100_001, "0.00025"), (1_000_000, "0.001"), (1_000_001, "0.0025"),
        (10_000_000_000, "10"), (10_000_000_001, "+Inf"), (86_400_000_000_000, "+Inf"),
    ])
    func aDurationIsInTheFirstBucketThatHoldsIt(nanoseconds: Int, bound: String) throws {
        var counters = Counters()
        Self.count(&counters, .get, .streams, 200, nanoseconds: Int64(nanoseconds))
        let buckets = try Self.text(counters).filter { $0.hasPrefix("requests_bucket{") }
        #expect(buckets.count == 17)
        let first = buckets.first { $0.hasSuffix(" 1") }
        #expect(first == #"requests_bucket{path="GET:/mount/streams",le="\#(bound)"} 1"#)
        // From there on all hold it.
        #expect(buckets.drop { !$0.hasSuffix(" 1") }.allSatisfy { $0.hasSuffix(" 1") })
    }

    @Test func sumsAreInSeconds() throws {
        var counters = Counters()
        Self.count(&counters, .get, .streams, 200, nanoseconds: 1_500_000_000)
        Self.count(&counters, .get, .streams, 200, nanoseconds: 250_000_000)
        let lines = try Self.text(counters)
        #expect(lines.contains(#"requests_sum{path="GET:/mount/streams"} 1.75"#))
        #expect(lines.contains(#"requests_count{path="GET:/mount/streams"} 2"#))
    }

    @Test func countersAddUp() throws {
        var (one, other) = (Counters(), Counters())
        Self.count(&one, .get, .streams, 200)
        Self.count(&other, .get, .streams, 200)
        Self.count(&other, .get, nil, 404, 12013, reason: .noSuchPage)
        one[.acceptedConnections] = 3
        other[.acceptedConnections] = 4
        one.add(other)
        let lines = try Self.text(one)
        #expect(lines.contains(#"request_count_total{path="GET:/mount/streams",status_code="200"} 2"#))
        #expect(lines.contains(#"streams_proxy_refusals_total{reason="no_such_page"} 1"#))
        #expect(lines.contains("streams_proxy_accepted_connections_total 7"))
    }

    /// A rule counts for whoever broke it, and each bound by itself; there are no other lines than those.
    @Test func messagesAndOverloadsAreCounted() throws {
        var counters = Counters()
        for (index, fault) in MessageFault.all.enumerated() {
            var record = ExchangeRecord(RequestID(seconds: 0, id: UniqueID(high: 0, low: 0)), .other, at: Self.start)
            record.reason = .malformed
            record.fault = fault
            for _ in 0...index { counters.count(record, ExchangeTally(), at: Self.start) }
        }
        for overload in Overload.allCases { for _ in 0...overload.rawValue { counters.count(overload) } }
        let lines = try Self.text(counters)
        let messages = lines.filter { $0.hasPrefix("streams_proxy_malformed_messages_total{") }
        #expect(
            messages
                == MessageFault.all.enumerated().map { index, fault in
                    #"streams_proxy_malformed_messages_total{sender="\#(fault.sender.word)","#
                        + #"rule="\#(fault.error.code)"} \#(index + 1)"#
                })
        #expect(
            lines.filter { $0.hasPrefix("streams_proxy_overloads_total{") }
                == Overload.allCases.map {
                    #"streams_proxy_overloads_total{limit="\#($0.code)"} \#($0.rawValue + 1)"#
                })
        // Limits have their line from the start, so that the first time can be seen as a change.
        #expect(try Self.text(Counters()).contains(#"streams_proxy_overloads_total{limit="no_descriptors_left"} 0"#))
    }

    @Test func pluginsAreTold() throws {
        var logger = LoggerSettings()
        logger.toStandardOutput = false
        let figures = PluginFigures(
            plugins: [("te\"a", true), ("pot", false)], hostRestarts: 3, lostPoints: 4)
        let frame = MetricsFrame(mount: "/mount", extraLabels: [], log: try AccessLog(logger), plugins: figures)
        let text = String(decoding: MetricsText(Counters(), frame).bytes, as: UTF8.self)
        for line in [
            #"streams_proxy_plugin_running{plugin="te\"a"} 1"#, #"streams_proxy_plugin_running{plugin="pot"} 0"#,
            "streams_proxy_plugin_host_restarts_total 3", "streams_proxy_plugin_lost_points_total 4",
        ] { #expect(text.contains("\n\(line)\n"), "\(text)") }
    }

    @Test func extraLabelsComeLastAndEscaped() throws {
        let labels = [MetricLabel(name: "a", value: "x\"y\\z\nw"), MetricLabel(name: "b", value: "é")]
        let lines = try Self.text(Counters(), labels: labels).filter { !$0.hasPrefix("#") }
        #expect(lines.allSatisfy { $0.contains(#"a="x\"y\\z\nw",b="é"} "#) })
        #expect(lines.contains(#"streams_proxy_live_viewers{a="x\"y\\z\nw",b="é"} 0"#))
        #expect(lines.contains(#"streams_proxy_exchange_ends_total{end="cut",a="x\"y\\z\nw",b="é"} 0"#))
    }

    /// Each family is announced once, before its samples, and none is without help.
    @Test func everyFamilyIsAnnounced() throws {
        var announced: Set<String> = []
        for line in try Self.text(Counters()) where line.hasPrefix("# TYPE ") {
            #expect(announced.insert(String(line.split(separator: " ")[2])).inserted)
        }
        #expect(announced.count > 30)
        #expect(Set(Scalar.allCases.map { $0.name.description }).count == Scalar.allCases.count)
        #expect(Set(RefusalReason.allCases.map { $0.word.description }).count == RefusalReason.allCases.count)
    }
}
