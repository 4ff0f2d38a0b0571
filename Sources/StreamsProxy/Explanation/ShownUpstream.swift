import HTTPCore

/// The request as it would go to Luna-Streams, written by `Forwarding` as for any other, and read back for showing.
struct ShownUpstream {
    private let forwarding: Forwarding
    private let origin: String

    init(_ configuration: Configuration) {
        forwarding = Forwarding(configuration)
        origin = configuration.upstream.origin
    }

    /// `contentLength` is that of the content as it goes on; nil where it can't be known.
    func show(
        _ admitted: AdmittedRequest, _ head: borrowing RequestHead, _ bytes: Span<UInt8>, client: Client,
        isPassedOn: Bool,
        contentLength: Int?
    ) -> Explanation.Upstream {
        let requestID = RequestID(head, bytes)
        let request = ForwardedRequest(
            admitted, head, bytes, requestID: requestID ?? RequestID(seconds: 0, id: UniqueID(high: 0, low: 0)),
            client: client, isPassedOn: isPassedOn)
        var written = ByteBuffer()
        forwarding.appendRequestFields(request, head, bytes, to: &written)
        if admitted.checksContent {
            if let contentLength {
                forwarding.endRequest(request, head.method, .length(contentLength), to: &written)
            }
        } else {
            forwarding.endRequest(request, head.method, head.framing, to: &written)
        }
        let output = written.bytes
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\r\n")
        var fields = lines.dropFirst().map(Self.field)
        if requestID == nil {
            fields = fields.map {
                $0.name == "Luna-Request-Id" ? ShownField(name: $0.name, value: "(made for each request)") : $0
            }
        }
        return Explanation.Upstream(
            method: head.method.name.description, url: url(output.span), fields: fields,
            withheld: Self.withheld(head, bytes, sent: fields))
    }

    private static func field(_ line: Substring) -> ShownField {
        let name = line.prefix { $0 != ":" }
        return ShownField(name: String(name), value: String(line.dropFirst(name.count + 2)))
    }

    /// The target stands between the first two spaces of the head.
    private func url(_ head: Span<UInt8>) -> String {
        var spaces: [Int] = []
        var mark: Int?
        var index = 0
        while index < head.count, spaces.count < 2 {
            if head[index] == 0x20 { spaces.append(index) }
            if head[index] == UInt8(ascii: "?"), mark == nil { mark = index }
            index += 1
        }
        guard spaces.count == 2 else { return origin }
        var path: [UInt8] = []
        path.append(head, spaces[0] + 1..<(mark ?? spaces[1]))
        let query = mark.map { "?\(ShownQuery.text(head, $0 + 1..<spaces[1]))" } ?? ""
        return "\(origin)\(String(decoding: path, as: UTF8.self))\(query)"
    }

    private static func withheld(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, sent: [ShownField]
    ) -> [String] {
        let nominated = NominatedFields(bytes, head.fields, isAny: head.nominatesFields)
        var names = ["Authorization"]
        for index in 0..<head.fields.count {
            let line = head.fields[index]
            if Forwarding.passesUpstream(line, head, bytes, nominated) { continue }
            var raw: [UInt8] = []
            raw.append(bytes, line.nameRange)
            let name = Displayed.text(String(decoding: raw, as: UTF8.self))
            let isThere = sent.map(\.name) + names
            if !isThere.contains(where: { $0.lowercased() == name.lowercased() }) { names.append(name) }
        }
        return names
    }
}
