import HTTPCore
import StreamsProxy

/// What goes upstream, read again: it must say the same as the client's request and what the proxy adds, and nothing
/// that only the proxy may say.
enum ForwardedReading {
    static let account = UniqueID(high: 0x6D07_1CCA_FDA5_4A03, low: 0x84D5_5BEA_6590_4480)
    static let stream = UniqueID(high: 0x1111_1111_2222_4333, low: 0x8444_5555_5555_5555)
    static let requestID = RequestID(seconds: 1_700_000_000, id: UniqueID(high: 1, low: 2))
    static let configuration = Configuration(
        upstream: UpstreamAddress(isSecure: false, host: "luna", port: 5160, basePath: "", apiVersion: 1),
        accountsFile: "/accounts.json")
    private static let forwarding = Forwarding(configuration)

    /// Fields that are the proxy's alone, each with its value.
    private static let own: [String: String] = [
        "host": "luna:5160", "luna-account-id": account.description,
        "luna-request-id": "1700000000,\(requestID.id)", "x-forwarded-for": "192.0.2.7", "x-forwarded-proto": "http",
    ]
    /// Fields that must not go upstream at all.
    private static let forbidden: Set<String> = [
        "authorization", "proxy-authorization", "te", "trailer", "expect", "keep-alive", "proxy-connection",
        "forwarded",
        "connection", "upgrade", "http2-settings", "x-original-url", "x-rewrite-url", "x-http-method",
        "x-http-method-override", "x-method-override", "x-real-ip", "luna-streams-api-version", "x-forwarded-port",
        "x-forwarded-prefix",
    ]

    static func check(_ message: [UInt8], _ limits: MessageLimits, _ route: Route) throws(Finding) {
        var head = RequestHead()
        do throws(MessageError) {
            guard try HeadParser(limits: limits).parse(message.span, into: &head) else { return }
        } catch {
            return
        }
        guard route.methods.contains(MethodSet(head.method)) else { return }
        let request = ForwardedRequest(
            match: RouteMatch(route: route, streamID: route.namesStream ? stream : nil), apiVersion: 1,
            accountID: account, requestID: requestID, peer: Array("192.0.2.7".utf8), asksUpgrade: false)
        let output = [UInt8](writing: { forwarding.appendRequest(request, head, message.span, to: &$0) })

        // A head that was let in may grow by what is added.
        var wide = MessageLimits()
        wide.startLine = .max / 4
        wide.head = 65535
        wide.fields = 256
        guard case .whole(let again) = RequestReading(output, wide), again.length == output.count else {
            throw Finding("what goes upstream can't be read")
        }
        try require(again.method == head.method, "another method goes upstream")
        try require(again.framing == head.framing, "framed by \(head.framing), forwarded as \(again.framing)")
        guard let client = ReferenceHead(message[..<head.length], limits),
            let upstream = ReferenceHead(output[...], wide)
        else { throw Finding("a head that only the parser can read") }
        try compare(client, upstream)
    }

    private static func compare(_ client: ReferenceHead, _ upstream: ReferenceHead) throws(Finding) {
        for (name, value) in own {
            let values = upstream.values(name)
            try require(values.count == 1, "\(values.count) times \(name)")
            try require(values[0].elementsEqual(value.utf8), "\(name) is not ours")
        }
        try require(
            upstream.values("content-length").count + upstream.values("transfer-encoding").count <= 1, "framed twice")
        var passed = client.fields[...]
        for field in upstream.fields {
            let folded = field.key.replacing("_", with: "-").replacing(".", with: "-")
            try require(!forbidden.contains(folded), "\(field.key) goes upstream")
            if own.keys.contains(field.key) || framing.contains(field.key) || field.key == "x-forwarded-host" {
                continue
            }
            try require(!own.keys.contains(folded), "an alias of \(folded) goes upstream")
            // All else is the client's, in its order and as it stood.
            guard let index = passed.firstIndex(of: field) else { throw Finding("\(field.key) comes from nowhere") }
            passed = passed[(index + 1)...]
        }
    }

    private static let framing: Set<String> = ["content-length", "transfer-encoding"]
}
