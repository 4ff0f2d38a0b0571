/// What the operator hears at SIGTERM.
struct EndNote {
    let viewers: Int
    /// Connections to Luna-Streams that are in use, those of viewers included.
    let serving: Int
    /// What the settings give them.
    let limit: Duration

    var waits: Bool { viewers > 0 || serving > 0 }

    var text: String {
        let others = max(0, serving - viewers)
        let parts = [(viewers, "viewer"), (others, viewers > 0 ? "other call" : "call")]
            .filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        if parts.isEmpty { return "ending: no call is under way" }
        return "ending: \(parts.joined(separator: ", ")), at most \(Displayed.seconds(limit)); again to stop at once"
    }
}
