import HTTPCore

/// A field of the head that goes upstream, as it may be shown.
struct ShownField: Equatable {
    let name: String
    /// Nil where it might be a secret, like a cookie: the field is sent, and its value not shown.
    let value: String?

    /// Written by the proxy itself, or known to hold no secret.
    private static let harmless: Set<String> = [
        "host", "luna-account-id", "luna-request-id", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host",
        "content-length", "transfer-encoding", "connection", "upgrade", "accept", "accept-encoding",
        "accept-language", "accept-charset", "content-type", "content-encoding", "content-language", "user-agent",
        "range", "if-range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since",
        "cache-control", "pragma", "via", "date", "origin",
    ]

    init(name: String, value: String) {
        self.name = Displayed.text(name)
        self.value = Self.harmless.contains(name.lowercased()) ? Displayed.text(value, limit: 256) : nil
    }

    var line: String { "\(name): \(value ?? "(not shown)")" }
}
