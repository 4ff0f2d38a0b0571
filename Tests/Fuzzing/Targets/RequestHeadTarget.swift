import Auth
import HTTPCore
import StreamsProxy

/// Requests: the parser against the reference, whole against every beginning, and what goes upstream read again.
enum RequestHeadTarget {
    static func run(_ bytes: [UInt8]) throws(Finding) {
        var input = FuzzInput(bytes)
        let limits = input.limits()
        let places = [input.number(), input.number()]
        let route = input.choice(of: Route.allCases.filter(\.isOfLunaStreams))
        let message = input.bytes
        let whole = RequestReading(message, limits)
        try compare(whole, message, limits)
        for place in places {
            let beginning = RequestReading(Array(message.prefix(place % (message.count + 1))), limits)
            switch (beginning, whole) {
            case (.needMore, _): break
            case (.whole(let one), .whole(let other)): try require(one == other, "two readings of one head")
            case (.refused(let one), .refused(let other)):
                try require(one == other, "refused for \(one.code), then for \(other.code)")
            case (.whole, _), (.refused, _): throw Finding("judged before all has come, and otherwise then")
            }
            if case .needMore = beginning, case .whole(let head) = whole {
                try require(place % (message.count + 1) < head.length, "a whole head is not seen")
            }
        }
        if case .whole = whole { try ForwardedReading.check(message, limits, route) }
    }

    private static func compare(
        _ reading: RequestReading, _ message: [UInt8], _ limits: MessageLimits
    ) throws(Finding) {
        let length = ReferenceHead.length(message)
        let expected = length.flatMap { ReferenceHead(message[..<$0], limits)?.requestFraming() }
        switch reading {
        case .whole(let head):
            try require(
                head.framing == expected, "framed by \(head.framing), by rights by \(String(describing: expected))")
            try require(head.length == length, "a head of another length")
        case .refused(let error): try require(expected == nil, "refused for \(error.code), by rights valid")
        case .needMore: try require(expected == nil, "a valid head is not seen")
        }
    }
}

/// What came of parsing a request head.
enum RequestReading {
    struct Head: Equatable {
        let method: Method
        let target: Range<Int>
        let path: Range<Int>
        let query: Range<Int>?
        let framing: ContentFraming
        let isPersistent: Bool
        let length: Int
    }

    case whole(Head)
    case needMore
    case refused(MessageError)

    init(_ bytes: [UInt8], _ limits: MessageLimits) {
        var head = RequestHead()
        do throws(MessageError) {
            guard try HeadParser(limits: limits).parse(bytes.span, into: &head) else {
                self = .needMore
                return
            }
        } catch {
            self = .refused(error)
            return
        }
        self = .whole(
            Head(
                method: head.method, target: head.target, path: head.path, query: head.query, framing: head.framing,
                isPersistent: head.isPersistent, length: head.length))
    }
}

extension FuzzInput {
    /// The usual limits, or some that a short message can cross.
    mutating func limits() -> MessageLimits {
        var limits = MessageLimits()
        if choice(4) == 3 {
            limits.startLine = 32
            limits.head = 128
            limits.fields = 4
        }
        return limits
    }
}

extension Route {
    /// Whether requests for it go upstream.
    var isOfLunaStreams: Bool {
        switch self {
        case .streamsVersion, .documentation, .streamsPlugins, .streams, .count, .logs, .stream, .live, .frame: true
        case .version, .health, .plugins, .metrics, .tokens, .token, .account, .plugin: false
        }
    }

    /// Whether its path names a stream.
    var namesStream: Bool { self == .stream || self == .live || self == .frame }
}
