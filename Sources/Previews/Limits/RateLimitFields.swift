package import HTTPCore

/// One limit as a client is told of it (draft-ietf-httpapi-ratelimit-headers): a quota policy and what is left of it.
package struct RateLimitItem: Sendable, Equatable {
    /// What is counted.
    package enum Unit: Sendable, Equatable {
        /// The default, which is not written.
        case requests
        /// What may run at the same time; there is no window.
        case concurrentRequests
        case contentBytes
    }

    /// A name of the policy: letters and hyphens.
    package let name: StaticString
    package let unit: Unit
    package let quota: Int
    /// Seconds; nil where it has none.
    package let window: Int?
    package let remaining: Int
    /// Seconds until the quota is there again; nil where nobody can know.
    package let reset: Int?

    /// A limit of what may run at once.
    package init(_ name: StaticString, concurrent quota: Int, remaining: Int) {
        self.name = name
        unit = .concurrentRequests
        self.quota = quota
        window = nil
        self.remaining = max(0, remaining)
        reset = nil
    }

    /// A rate.
    package init(
        _ name: StaticString, unit: Unit = .requests, _ policy: RatePolicy, _ decision: RateDecision
    ) {
        self.name = name
        self.unit = unit
        quota = policy.burst
        window = policy.window
        remaining = decision.remaining
        reset = decision.reset
    }

    package static func == (one: RateLimitItem, other: RateLimitItem) -> Bool {
        one.name.description == other.name.description && one.unit == other.unit
            && one.quota == other.quota
            && one.window == other.window && one.remaining == other.remaining && one.reset == other.reset
    }
}

/// The fields `RateLimit-Policy` and `RateLimit`, lists of structured fields (RFC 9651): one field each, whatever the number of
/// policies.
package enum RateLimitFields {
    /// Both fields, each with CR LF; nothing where no limit is set.
    package static func append(
        _ items: [RateLimitItem], to output: inout some ByteAppending & ~Copyable
    ) {
        guard !items.isEmpty else { return }
        output.append("RateLimit-Policy: ")
        for (index, item) in items.enumerated() {
            appendName(item, isFirst: index == 0, to: &output)
            append(";q=", item.quota, to: &output)
            if let window = item.window { append(";w=", window, to: &output) }
            switch item.unit {
            case .requests: break
            case .concurrentRequests: output.append(";qu=\"concurrent-requests\"")
            case .contentBytes: output.append(";qu=\"content-bytes\"")
            }
        }
        output.append("\r\nRateLimit: ")
        for (index, item) in items.enumerated() {
            appendName(item, isFirst: index == 0, to: &output)
            append(";r=", item.remaining, to: &output)
            if let reset = item.reset { append(";t=", reset, to: &output) }
        }
        output.append("\r\n")
    }

    private static func appendName(
        _ item: RateLimitItem, isFirst: Bool, to output: inout some ByteAppending & ~Copyable
    ) {
        output.append(isFirst ? "\"" : ", \"")
        output.append(item.name)
        output.append("\"")
    }

    private static func append(
        _ name: StaticString, _ number: Int, to output: inout some ByteAppending & ~Copyable
    ) {
        output.append(name)
        output.append(decimal: number)
    }
}
