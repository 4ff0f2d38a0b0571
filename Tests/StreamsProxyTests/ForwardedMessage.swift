import HTTPCore
import StreamsProxy

/// Heads before and after the forwarding, in text.
struct ForwardedMessage {
    var configuration: Configuration
    var route = Route.streams
    var streamID: UniqueID?
    var apiVersion = 1
    var accountID: UniqueID?
    var asksUpgrade = false

    static let id = "6d071cca-fda5-4a03-84d5-5bea65904480"
    static let requestID = "1700000000,11111111-2222-4333-8444-555555555555"
    static let unixSeconds: Int64 = 784_111_777
    static let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT"

    init(basePath: String = "", isSecure: Bool = false, port: Int = 5160) {
        let upstream = UpstreamAddress(
            isSecure: isSecure, host: "luna", port: port, basePath: basePath, apiVersion: 1)
        configuration = Configuration(upstream: upstream, accountsFile: "/accounts.json")
    }

    private static let requestIDValue: RequestID? = {
        let bytes = Array(requestID.utf8)
        return RequestID(bytes.span, 0..<bytes.count)
    }()

    /// The lines of the head for Luna-Streams; nil where the client's is malformed.
    func upstream(_ head: String) throws -> [String] {
        let bytes = [UInt8](scalars: head + "\r\n\r\n")
        var parsed = RequestHead()
        guard try HeadParser().parse(bytes.span, into: &parsed), let requestID = Self.requestIDValue else {
            throw Incomplete()
        }
        let request = ForwardedRequest(
            match: RouteMatch(route: route, streamID: streamID), apiVersion: apiVersion, accountID: accountID,
            requestID: requestID, peer: Array("192.0.2.7".utf8), asksUpgrade: asksUpgrade)
        let output = [UInt8](writing: { Forwarding(configuration).appendRequest(request, parsed, bytes.span, to: &$0) })
        return try Self.lines(output, isWholeHead: true)
    }

    /// The field lines of the head for the client.
    func downstream(_ head: String) throws -> [String] {
        let bytes = [UInt8](scalars: head + "\r\n\r\n")
        var parsed = ResponseHead()
        guard try HeadParser().parse(bytes.span, answering: .get, into: &parsed), let requestID = Self.requestIDValue
        else { throw Incomplete() }
        let output = [UInt8](writing: { output in
            Forwarding(configuration).appendAnswerFields(
                parsed, bytes.span, route: route, requestID: requestID, unixSeconds: Self.unixSeconds, to: &output)
        })
        return try Self.lines(output, isWholeHead: false)
    }

    struct Incomplete: Error {}

    private static func lines(_ bytes: [UInt8], isWholeHead: Bool) throws -> [String] {
        var scalars = String.UnicodeScalarView()
        for byte in bytes { scalars.append(Unicode.Scalar(byte)) }
        let end = isWholeHead ? "\r\n\r\n" : "\r\n"
        let text = String(scalars)
        guard text.hasSuffix(end) else { throw Incomplete() }
        return text.dropLast(isWholeHead ? 2 : 1).split(separator: "\r\n", omittingEmptySubsequences: false)
            .map(String.init)
    }
}

extension [UInt8] {
    /// One byte for each scalar.
    init(scalars text: String) {
        self = text.unicodeScalars.map { UInt8($0.value) }
    }
}
