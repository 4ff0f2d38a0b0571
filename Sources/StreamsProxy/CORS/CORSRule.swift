package import HTTPCore

/// What an Origin field comes to under `cors`, for the request at hand. Plain numbers: keeping it costs nothing.
package enum CORSVerdict: Sendable, Equatable {
    /// `cors` is off, the request has no Origin field, or one that is not allowed.
    case none
    /// Every origin is.
    case any(isPreflight: Bool)
    /// The origin of that number in the settings.
    case listed(Int, isPreflight: Bool)

    package var isPreflight: Bool {
        switch self {
        case .none: false
        case .any(let isPreflight), .listed(_, let isPreflight): isPreflight
        }
    }
}

/// The CORS protocol of the Fetch standard: which fields tell a browser that a page may read an answer, or send a
/// request. It only ever adds fields; who may pass is decided as without it.
package struct CORSRule: Sendable {
    /// Whole values of Origin, compared byte for byte.
    private let origins: [[UInt8]]
    private let allowsAny: Bool
    /// Lines that go with every answer to an allowed origin.
    private let answerFields: [UInt8]
    /// Lines that go with the answer to a preflight, but for the methods.
    private let preflightFields: [UInt8]

    /// What a script may read besides what every script may.
    private static let exposed = "Luna-Request-Id, Location, Allow, Retry-After, WWW-Authenticate"

    package init(_ settings: CORSSettings) {
        switch settings.origins {
        case .any: (origins, allowsAny) = ([], true)
        case .listed(let listed): (origins, allowsAny) = (listed.map { Array($0.utf8) }, false)
        }
        let credentials = settings.allowsCredentials ? "Access-Control-Allow-Credentials: true\r\n" : ""
        answerFields = Array("\(credentials)Access-Control-Expose-Headers: \(Self.exposed)\r\n".utf8)
        let fields = settings.requestFields.joined(separator: ", ")
        let names = fields.isEmpty ? "" : "Access-Control-Allow-Headers: \(fields)\r\n"
        let age = settings.maximumAge.components.seconds
        preflightFields = Array("\(credentials)\(names)Access-Control-Max-Age: \(age)\r\n".utf8)
    }

    package func verdict(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> CORSVerdict {
        guard let origin = head.fields.value(.origin), !head.fields.repeats(.origin) else { return .none }
        return verdict(origin, bytes, isPreflight: head.method == .options && Self.asksForMethod(head, bytes))
    }

    /// The same of a head that is refused for what it is, as far as it has come.
    package func verdict(refused head: Span<UInt8>) -> CORSVerdict {
        OriginField.find(in: head).map { verdict($0, head, isPreflight: false) } ?? .none
    }

    private func verdict(_ origin: Range<Int>, _ bytes: Span<UInt8>, isPreflight: Bool) -> CORSVerdict {
        if allowsAny { return .any(isPreflight: isPreflight) }
        for index in origins.indices {
            let allowed = origins[index]
            if bytes.isEqual(origin, allowed.span) { return .listed(index, isPreflight: isPreflight) }
        }
        return .none
    }

    private static func asksForMethod(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Bool {
        for index in 0..<head.fields.count where head.fields[index].name == .other {
            let name = head.fields[index].nameRange
            if ASCII.isEqual(bytes, name, ignoringCaseOf: "access-control-request-method") { return true }
        }
        return false
    }

    /// The fields of an answer, errors too.
    package func appendFields(_ verdict: CORSVerdict, to output: inout ByteBuffer) {
        appendOrigin(verdict, to: &output)
        if verdict != .none { output.append(contentsOf: answerFields) }
    }

    /// The fields of the answer to a preflight for a route with these methods, as Allow has them.
    package func appendPreflightFields(_ verdict: CORSVerdict, methods: StaticString, to output: inout ByteBuffer) {
        appendOrigin(verdict, to: &output)
        output.appendField("Access-Control-Allow-Methods", methods)
        output.append(contentsOf: preflightFields)
    }

    /// An answer that depends on the origin says so to caches, also where it has none.
    private func appendOrigin(_ verdict: CORSVerdict, to output: inout ByteBuffer) {
        switch verdict {
        case .none: break
        case .any: output.appendField("Access-Control-Allow-Origin", "*")
        case .listed(let index, _):
            output.append("Access-Control-Allow-Origin: ")
            output.append(contentsOf: origins[index])
            output.append("\r\n")
        }
        if !allowsAny { output.appendField("Vary", "Origin") }
    }

    /// Whether a field of Luna-Streams' answer speaks of CORS: ours take its place.
    static func isReplaced(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
        let prefix: StaticString = "access-control-"
        let length = prefix.utf8CodeUnitCount
        return name.count > length
            && ASCII.isEqual(bytes, name.lowerBound..<name.lowerBound + length, ignoringCaseOf: prefix)
    }
}
