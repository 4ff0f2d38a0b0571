import HTTPCore
import StreamsProxy

/// Answers of Luna-Streams: the parser against the reference, whole against every beginning, and what goes to the
/// client read again.
enum ResponseHeadTarget {
    static func run(_ bytes: [UInt8]) throws(Finding) {
        var input = FuzzInput(bytes)
        let limits = input.limits()
        let places = [input.number(), input.number()]
        let method = input.choice(of: Method.allCases)
        let route = input.choice(of: Route.allCases.filter(\.isOfLunaStreams))
        let message = input.bytes
        let whole = ResponseReading(message, limits, method)
        let length = ReferenceHead.length(message)
        let expected = length.flatMap { ReferenceHead(message[..<$0], limits)?.responseFraming(answering: method) }
        switch whole {
        case .whole(let head):
            try require(
                head.framing == expected, "framed by \(head.framing), by rights by \(String(describing: expected))")
            try require(head.length == length, "a head of another length")
            try require(
                head.framing != .untilClose || !head.isPersistent, "an answer without an end on a connection to keep")
        case .refused(let error): try require(expected == nil, "refused for \(error.code), by rights valid")
        case .needMore: try require(expected == nil, "a valid head is not seen")
        }
        for place in places {
            let count = place % (message.count + 1)
            switch ResponseReading(Array(message.prefix(count)), limits, method) {
            case .needMore:
                if case .whole(let head) = whole { try require(count < head.length, "a whole head is not seen") }
            case .whole(let head): try require(.whole(head) == whole, "two readings of one head")
            case .refused(let error): try require(.refused(error) == whole, "refused for \(error.code) too early")
            }
        }
        if case .whole = whole { try relay(message, limits, method, route) }
    }

    /// Writes the head for the client as the connection does, and reads it.
    private static func relay(
        _ message: [UInt8], _ limits: MessageLimits, _ method: Method, _ route: Route
    ) throws(Finding) {
        var head = ResponseHead()
        do throws(MessageError) {
            guard try HeadParser(limits: limits).parse(message.span, answering: method, into: &head) else { return }
        } catch {
            return
        }
        var output = Array("HTTP/1.1 \(head.status) ".utf8) + message[head.reason] + [13, 10]
        output += [UInt8](writing: { output in
            Forwarding(ForwardedReading.configuration).appendAnswerFields(
                head, message.span, route: route, requestID: ForwardedReading.requestID, unixSeconds: 784_111_777,
                to: &output)
        })
        output += Array("Content-Length: 7\r\n\r\n".utf8)
        var wide = MessageLimits()
        wide.startLine = .max / 4
        wide.head = 65535
        wide.fields = 256
        guard case .whole(let again) = ResponseReading(output, wide, method), again.length == output.count,
            again.status == head.status, let relayed = ReferenceHead(output[...], wide),
            let upstream = ReferenceHead(message[..<head.length], limits)
        else { throw Finding("what goes to the client can't be read") }
        let ids = relayed.values("luna-request-id").map { String(decoding: $0, as: UTF8.self) }
        try require(ids == ["1700000000,\(ForwardedReading.requestID.id)"], "the id is not that of the request")
        try require(relayed.values("content-length").count == 1, "two lengths")
        for name in ["transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "proxy-connection"] {
            try require(relayed.values(name).isEmpty, "\(name) goes to the client")
        }
        let added: Set = [
            "luna-request-id", "content-length", "date", "x-accel-buffering", "cache-control", "location",
        ]
        for field in relayed.fields where !added.contains(field.key) {
            try require(upstream.fields.contains(field), "\(field.key) comes from nowhere")
        }
    }
}

/// What came of parsing a response head.
enum ResponseReading: Equatable {
    struct Head: Equatable {
        let status: Int
        let reason: Range<Int>
        let framing: ContentFraming
        let announcedLength: Int?
        let isPersistent: Bool
        let length: Int
    }

    case whole(Head)
    case needMore
    case refused(MessageError)

    init(_ bytes: [UInt8], _ limits: MessageLimits = MessageLimits(), _ method: Method) {
        var head = ResponseHead()
        do throws(MessageError) {
            guard try HeadParser(limits: limits).parse(bytes.span, answering: method, into: &head) else {
                self = .needMore
                return
            }
        } catch {
            self = .refused(error)
            return
        }
        self = .whole(
            Head(
                status: head.status, reason: head.reason, framing: head.framing,
                announcedLength: head.announcedLength, isPersistent: head.isPersistent, length: head.length))
    }
}
