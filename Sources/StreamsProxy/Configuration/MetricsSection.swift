internal import JSON

/// `LUNA_SERVICE_METRICS`.
package struct MetricsSettings: Sendable, Equatable {
    /// `ENABLED`: whether there is `GET /metrics`.
    package var isOn = false
    /// `EXTRA_LABELS`, in the order of the file: on each metric.
    package var extraLabels: [MetricLabel] = []

    package init() {}
}

/// A label and its value, unescaped.
package struct MetricLabel: Sendable, Equatable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`, not beginning with two underscores, and none that our metrics have already.
    static func isName(_ name: String) -> Bool {
        let taken = ["path", "status_code", "error_code", "le", "reason", "version", "end", "source"]
        guard let first = name.utf8.first, name.utf8.count <= 128, !name.hasPrefix("__"), !taken.contains(name) else {
            return false
        }
        return (isLetter(first) || first == UInt8(ascii: "_"))
            && name.utf8.allSatisfy { isLetter($0) || $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}

/// Reads it.
enum MetricsSection {
    static func read(in settings: inout SettingsSection, _ problems: inout SettingsProblems) -> MetricsSettings {
        var metrics = MetricsSettings()
        guard var section = settings.section("LUNA_SERVICE_METRICS", &problems) else { return metrics }
        metrics.isOn = section.value("ENABLED", .flag, &problems) ?? metrics.isOn
        _ = section.value("METRICS_FORMAT", .metricsFormat, &problems)
        metrics.extraLabels = section.value("EXTRA_LABELS", .labels, &problems) ?? metrics.extraLabels
        section.refuseUnknownNames(&problems)
        return metrics
    }
}

extension Setting<String> {
    static var metricsFormat: Self {
        Setting(rule: "must be \"prometheus\"") { $0.string == "prometheus" ? "prometheus" : nil }
    }
}

extension Setting<[MetricLabel]> {
    /// An object, or `name=value` pairs with commas between, as LUNA's file has them.
    static var labels: Self {
        Setting(
            rule:
                "must be an object of strings, or \"name=value,…\", of at most 16 labels whose names are letters, digits "
                + "and '_' and none of our own"
        ) { node in
            let labels: [MetricLabel?]
            if let members = node.object {
                labels = members.map { member in
                    member.node.string.map { MetricLabel(name: member.name, value: $0) }
                }
            } else if let text = node.string {
                labels = text.split(separator: ",").map { pair in
                    let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    guard parts.count == 2 else { return nil }
                    return MetricLabel(name: String(parts[0]), value: String(parts[1]))
                }
            } else {
                return nil
            }
            let known = labels.compactMap(\.self)
            guard known.count == labels.count, known.count <= 16, known.allSatisfy({ MetricLabel.isName($0.name) }),
                Set(known.map(\.name)).count == known.count
            else { return nil }
            return known
        }
    }
}
