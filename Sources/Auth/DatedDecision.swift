/// A decision, and until when it need not be asked for again.
package struct DatedDecision: Sendable, Equatable {
    package let decision: Decision
    /// Unix milliseconds; a time that has passed where the decision is for one request only.
    package let end: Int64

    package init(_ decision: Decision, until end: Int64) {
        self.decision = decision
        self.end = end
    }

    /// For the request at hand, and not to be remembered.
    package static func once(_ decision: Decision) -> DatedDecision { DatedDecision(decision, until: .min) }
}
