import HTTPCore

/// A request as an operator writes it: its line, field lines and content, made into the bytes that a client would send.
/// Nothing is checked here; what is malformed meets the parser that clients meet.
struct RequestText {
    /// The head, its empty line included.
    let head: [UInt8]
    /// Nil where it is not given, though the head may announce some.
    let content: [UInt8]?

    /// `line` may lack the version and `fields` a Host, for which `host` stands in. Content gets its length where the
    /// fields don't frame it. `content` is what is left when a transfer coding is removed.
    init(line: String, fields: [String], content: [UInt8]?, host: String) {
        var text = line
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        if words.last?.hasPrefix("HTTP/") != true { text += " HTTP/1.1" }
        text += "\r\n"
        if !Self.names("host", in: fields) {
            let authority = words.count > 1 ? Self.authority(of: words[1]) : nil
            text += "Host: \(authority ?? host)\r\n"
        }
        for field in fields { text += "\(field)\r\n" }
        if let content, !Self.names("content-length", in: fields), !Self.names("transfer-encoding", in: fields) {
            text += "Content-Length: \(content.count)\r\n"
        }
        head = Array("\(text)\r\n".utf8)
        self.content = content
    }

    /// All of the content; nil where it is announced and not given. Throws where it is not as long as announced.
    func content(framed framing: ContentFraming) throws(UsageError) -> [UInt8]? {
        switch framing {
        case .none:
            guard let content, !content.isEmpty else { return [] }
            throw UsageError("--content has \(content.count) bytes, but the head announces none")
        case .length(let length):
            guard let content, content.count != length else { return content }
            throw UsageError("--content has \(content.count) bytes, but the head announces \(length)")
        case .chunked, .untilClose:
            return content
        }
    }

    private static func names(_ name: String, in fields: [String]) -> Bool {
        fields.contains { $0.prefix { $0 != ":" }.lowercased() == name && $0.contains(":") }
    }

    /// Of a target in absolute form, whose authority the Host field has to repeat (RFC 9112 §3.2.2).
    private static func authority(of target: Substring) -> String? {
        for scheme in ["http://", "https://"] where target.lowercased().hasPrefix(scheme) {
            return String(target.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" })
        }
        return nil
    }
}
