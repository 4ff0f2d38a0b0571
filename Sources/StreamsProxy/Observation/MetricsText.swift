import HTTPCore

/// What the text tells beside the counters.
package struct MetricsFrame: Sendable {
    package let mount: String
    package let extraLabels: [MetricLabel]
    package let log: AccessLog
    package let plugins: PluginFigures
    var files = FollowedFiles.Figures(lastReload: MetricsText.startTime)
    /// When the certificate that clients are shown ends, in Unix seconds; nil where they are met in plain.
    package var certificateEnd: Int64?

    package init(
        mount: String, extraLabels: [MetricLabel], log: AccessLog, plugins: PluginFigures = PluginFigures()
    ) {
        self.mount = mount
        self.extraLabels = extraLabels
        self.log = log
        self.plugins = plugins
    }
}

/// Counters in the text format of Prometheus, version 0.0.4. What was never counted has no line where it has labels,
/// so the text stays short although the tables are large.
package struct MetricsText {
    package private(set) var bytes: [UInt8] = []
    private let extra: String
    private let mount: String

    package static let contentType: StaticString = "text/plain; version=0.0.4; charset=utf-8"
    /// `process_start_time_seconds`: asked for first when the proxy starts.
    package static let startTime = OperatorNote.now

    package init(_ counters: Counters, _ frame: MetricsFrame, process: ProcessFigures = ProcessFigures()) {
        mount = frame.mount
        extra = frame.extraLabels.map { ",\($0.name)=\"\(Self.escaped($0.value))\"" }.joined()
        appendExchanges(counters)
        appendFaults(counters)
        appendEnds(counters)
        appendScalars(counters)
        appendUpstream(counters)
        histogram(
            "streams_proxy_loop_turn_seconds",
            "Time from an event loop's waking to its next wait: how long others waited.",
            buckets: CounterLayout.turns, sum: CounterLayout.turnSum, counters)
        single(
            "streams_proxy_log_lost_lines_total", .counter, "Log lines that could not be written.",
            String(frame.log.lostLines))
        appendFiles(frame)
        appendPlugins(frame.plugins)
        appendProcess(process)
    }

    private enum Kind: String {
        case counter, gauge, histogram
    }

    /// A label's value as it stands between quotes.
    package static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    // MARK: Lines

    private mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        bytes.append(contentsOf: "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n".utf8)
    }

    /// `labels` is `name="value",…`, or empty.
    private mutating func sample(_ name: String, _ labels: String, _ value: String) {
        let all = labels.isEmpty ? String(extra.dropFirst()) : labels + extra
        bytes.append(contentsOf: (all.isEmpty ? "\(name) \(value)\n" : "\(name){\(all)} \(value)\n").utf8)
    }

    private mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: String) {
        family(name, kind, help)
        sample(name, "", value)
    }

    private static func seconds(_ nanoseconds: Int) -> String { String(Double(nanoseconds) / 1e9) }

    private mutating func histogram(
        _ name: String, _ help: String, buckets: Int, sum: Int, _ counters: Counters
    ) {
        family(name, .histogram, help)
        appendBuckets(name, "", buckets: buckets, sum: sum, counters)
    }

    private mutating func appendBuckets(_ name: String, _ labels: String, buckets: Int, sum: Int, _ counters: Counters)
    {
        var total = 0
        let comma = labels.isEmpty ? "" : ","
        for index in 0..<DurationBuckets.count {
            total += counters.cells[buckets + index]
            let bound = index < DurationBuckets.labels.count ? DurationBuckets.labels[index].description : "+Inf"
            sample("\(name)_bucket", "\(labels)\(comma)le=\"\(bound)\"", String(total))
        }
        sample("\(name)_sum", labels, Self.seconds(counters.cells[sum]))
        sample("\(name)_count", labels, String(total))
    }

    // MARK: Families

    /// `METHOD:route`, as LUNA services have it; `other` is a path that names nothing, or a method nobody knows.
    private func label(ofPath path: Int) -> String {
        let method = Method.allCases[path % CounterLayout.methodCount].name
        let index = path / CounterLayout.methodCount
        guard index > 0 else { return "path=\"\(method):other\"" }
        let route = Route.allCases[index - 1]
        return "path=\"\(method):\(Self.escaped(route.isMounted ? mount : ""))\(route.name)\""
    }

    private mutating func appendExchanges(_ counters: Counters) {
        table(
            "request_count_total", "Requests answered, by route and status.", CounterLayout.requests, "status_code",
            CounterLayout.statuses.map { $0 == 0 ? "other" : String($0) }, counters)
        table(
            "errors_count_total", "Requests that failed, by route and error code; upstream: an error of Luna-Streams.",
            CounterLayout.errors, "error_code", CounterLayout.errorCodes.map { $0 == 0 ? "upstream" : String($0) },
            counters)
        family("requests", .histogram, "Duration of requests in seconds, from the head to the end of the answer.")
        for path in 0..<CounterLayout.pathCount {
            let first = CounterLayout.durations + path * DurationBuckets.count
            guard counters.cells[first..<first + DurationBuckets.count].contains(where: { $0 != 0 }) else { continue }
            appendBuckets(
                "requests", label(ofPath: path), buckets: first, sum: CounterLayout.durationSums + path, counters)
        }
    }

    private mutating func table(
        _ name: String, _ help: String, _ first: Int, _ label: String, _ values: [String], _ counters: Counters
    ) {
        family(name, .counter, help)
        for path in 0..<CounterLayout.pathCount {
            for (index, value) in values.enumerated() {
                let count = counters.cells[first + path * values.count + index]
                guard count != 0 else { continue }
                sample(name, "\(self.label(ofPath: path)),\(label)=\"\(value)\"", String(count))
            }
        }
    }

    private mutating func appendFaults(_ counters: Counters) {
        let faults = "streams_proxy_malformed_messages_total"
        family(faults, .counter, "Messages that could not be read or waited for, by sender and the rule they break.")
        for fault in MessageFault.all {
            let count = counters.cells[CounterLayout.faults + fault.index]
            guard count != 0 else { continue }
            sample(faults, "sender=\"\(fault.sender.word)\",rule=\"\(fault.error.code)\"", String(count))
        }
        let overloads = "streams_proxy_overloads_total"
        family(overloads, .counter, "Clients and requests refused since a limit was reached, by limit.")
        for overload in Overload.allCases {
            let count = counters.cells[CounterLayout.overloads + Int(overload.rawValue)]
            sample(overloads, "limit=\"\(overload.code)\"", String(count))
        }
    }

    private mutating func appendEnds(_ counters: Counters) {
        family("streams_proxy_refusals_total", .counter, "Requests refused or cut, by reason.")
        for reason in RefusalReason.allCases where reason != .none {
            let count = counters.cells[CounterLayout.reasons + Int(reason.rawValue)]
            if count != 0 { sample("streams_proxy_refusals_total", "reason=\"\(reason.word)\"", String(count)) }
        }
        family("streams_proxy_exchange_ends_total", .counter, "Exchanges, by how they ended for the client.")
        for end in ExchangeEnd.allCases {
            let count = counters.cells[CounterLayout.ends + Int(end.rawValue)]
            sample("streams_proxy_exchange_ends_total", "end=\"\(end.word)\"", String(count))
        }
    }

    private mutating func appendScalars(_ counters: Counters) {
        for scalar in Scalar.allCases {
            single(
                "streams_proxy_\(scalar.name)", scalar.isLevel ? .gauge : .counter, scalar.help.description,
                String(counters[scalar]))
        }
    }

    private mutating func appendUpstream(_ counters: Counters) {
        let name = "streams_proxy_upstream_connect_failures_total"
        family(name, .counter, "Connections to Luna-Streams that could not be made, by reason.")
        for reason in RefusalReason.allCases {
            let count = counters.cells[CounterLayout.connectFailures + Int(reason.rawValue)]
            if count != 0 { sample(name, "reason=\"\(reason.word)\"", String(count)) }
        }
        histogram(
            "streams_proxy_upstream_connect_seconds", "Time until a connection to Luna-Streams stood, TLS included.",
            buckets: CounterLayout.connects, sum: CounterLayout.connectSum, counters)
    }

    private mutating func appendFiles(_ frame: MetricsFrame) {
        let files = frame.files
        single(
            "streams_proxy_config_last_reload_successful", .gauge,
            "Whether the settings that were read last are in force: 1 or 0.", files.isReloadSuccessful ? "1" : "0")
        single(
            "streams_proxy_config_last_reload_success_timestamp_seconds", .gauge,
            "When settings were put in force last, in seconds since 1970.", String(Double(files.lastReload) / 1000))
        single(
            "streams_proxy_accounts_last_read_successful", .gauge,
            "Whether the accounts file is in force as it stands there: 1 or 0.", files.areAccountsFollowed ? "1" : "0")
        let certificate = "streams_proxy_certificate_not_after_timestamp_seconds"
        family(certificate, .gauge, "When the certificate that clients are shown ends, in seconds since 1970.")
        if let end = frame.certificateEnd { sample(certificate, "", String(end)) }
    }

    private mutating func appendPlugins(_ figures: PluginFigures) {
        let running = "streams_proxy_plugin_running"
        family(running, .gauge, "Whether a Python plugin of the settings runs: 1 or 0.")
        for plugin in figures.plugins {
            sample(running, "plugin=\"\(Self.escaped(plugin.name))\"", plugin.isRunning ? "1" : "0")
        }
        single(
            "streams_proxy_plugin_host_restarts_total", .counter,
            "How often the process that runs plugins ended and was started again.", String(figures.hostRestarts))
        single(
            "streams_proxy_plugin_lost_points_total", .counter, "Monitoring points that no plugin got.",
            String(figures.lostPoints))
    }

    private mutating func appendProcess(_ process: ProcessFigures) {
        let version = BuildVersion.number
        family("streams_proxy_build_info", .gauge, "Always 1; the label says which program runs.")
        sample(
            "streams_proxy_build_info", "version=\"\(version)\",commit=\"\(Self.escaped(BuildVersion.commit))\"", "1")
        single(
            "process_cpu_seconds_total", .counter, "Processor time used, user and system.",
            String(process.processorSeconds))
        single("process_resident_memory_bytes", .gauge, "Memory in use.", String(process.residentBytes))
        single("process_virtual_memory_bytes", .gauge, "Address space in use.", String(process.virtualBytes))
        single("process_open_fds", .gauge, "Open descriptors.", String(process.openDescriptors))
        single("process_max_fds", .gauge, "The most descriptors that may be open.", String(process.maximumDescriptors))
        single(
            "process_start_time_seconds", .gauge, "When the process started, in seconds since 1970.",
            String(Double(Self.startTime) / 1000))
    }
}
