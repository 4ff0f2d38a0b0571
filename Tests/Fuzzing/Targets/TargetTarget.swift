import HTTPCore
import StreamsProxy

/// Request targets: which route a path is, told again from its segments; that what goes upstream is one of a closed
/// set of paths, and the query as it came.
enum TargetTarget {
    private static let table = RouteTable(mount: ForwardedReading.configuration.mount, isLunaStreamsActive: true)
    private static let forwarding = Forwarding(ForwardedReading.configuration)

    static func run(_ bytes: [UInt8]) throws(Finding) {
        var input = FuzzInput(bytes)
        let version = input.choice(2) + 1
        let method = input.choice(of: ["GET", "HEAD", "POST", "PUT", "DELETE"])
        let message = Array("\(method) ".utf8) + input.bytes + Array(" HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        var head = RequestHead()
        do throws(MessageError) {
            guard try HeadParser().parse(message.span, into: &head) else { return }
        } catch {
            return
        }
        let path = String(decoding: message[head.path], as: UTF8.self)
        let match = table.match(message.span, head.path)
        try require(match == expected(path), "another route: \(String(describing: match))")
        guard let match, match.route.isOfLunaStreams else { return }

        let request = ForwardedRequest(
            match: match, apiVersion: version, accountID: ForwardedReading.account,
            requestID: ForwardedReading.requestID, peer: Array("192.0.2.7".utf8), asksUpgrade: false)
        let output = [UInt8](writing: { forwarding.appendRequest(request, head, message.span, to: &$0) })
        let line = output.prefix { $0 != 13 }.split(separator: 32, omittingEmptySubsequences: false)
        try require(line.count == 3, "a request line of \(line.count) words")
        let target = String(decoding: line[1], as: UTF8.self)
        let query = head.query.map { "?" + String(decoding: message[$0], as: UTF8.self) } ?? ""
        try require(target == upstreamPath(match, version) + query, "another target: \(target)")
    }

    /// The route of a path that is cut at its slashes.
    private static func expected(_ path: String) -> RouteMatch? {
        let segments = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(decoding: Array($0), as: UTF8.self) }
        switch segments {
        case ["", "version"]: return RouteMatch(route: .version, streamID: nil)
        case ["", "healthcheck"]: return RouteMatch(route: .health, streamID: nil)
        case ["", "plugins"]: return RouteMatch(route: .plugins, streamID: nil)
        case ["", "6", "tokens"]: return RouteMatch(route: .tokens, streamID: nil)
        case ["", "6", "account"]: return RouteMatch(route: .account, streamID: nil)
        default: break
        }
        if segments.count == 4, segments[..<3] == ["", "6", "tokens"], let id = identifier(segments[3]) {
            return RouteMatch(route: .token, streamID: nil, tokenID: id)
        }
        guard segments.count > 4, segments[..<4] == ["", "6", "plugins", "luna-streams"] else { return nil }
        switch Array(segments[4...]) {
        case ["streams"]: return RouteMatch(route: .streams, streamID: nil)
        case ["version"]: return RouteMatch(route: .streamsVersion, streamID: nil)
        case ["plugins"]: return RouteMatch(route: .streamsPlugins, streamID: nil)
        case ["docs", "spec"]: return RouteMatch(route: .documentation, streamID: nil)
        case ["streams", "logs"]: return RouteMatch(route: .logs, streamID: nil)
        case ["streams", "count"]: return RouteMatch(route: .count, streamID: nil)
        default: break
        }
        guard segments.count > 5, segments[4] == "streams", let id = identifier(segments[5]) else { return nil }
        switch Array(segments[6...]) {
        case []: return RouteMatch(route: .stream, streamID: id)
        case ["preview", "handler", "live"]: return RouteMatch(route: .live, streamID: id)
        case ["preview", "handler", "frame"]: return RouteMatch(route: .frame, streamID: id)
        default: return nil
        }
    }

    /// The UUID whose text this is, group by group.
    private static func identifier(_ text: String) -> UniqueID? {
        let groups = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map(Array.init)
        let digits = Array("0123456789abcdef".utf8)
        guard groups.map(\.count) == [8, 4, 4, 4, 12] else { return nil }
        var words: [UInt64] = [0, 0]
        for (index, byte) in groups.joined().enumerated() {
            guard let digit = digits.firstIndex(of: (65...70).contains(byte) ? byte + 32 : byte) else { return nil }
            words[index / 16] = words[index / 16] << 4 + UInt64(digit)
        }
        return UniqueID(high: words[0], low: words[1])
    }

    private static func upstreamPath(_ match: RouteMatch, _ version: Int) -> String {
        let stream = "/\(version)/streams/\(match.streamID?.description ?? "")"
        return switch match.route {
        case .streamsVersion: "/version"
        case .documentation: "/\(version)/docs/spec"
        case .streamsPlugins: "/\(version)/plugins"
        case .streams: "/\(version)/streams"
        case .count: "/\(version)/streams/count"
        case .logs: "/\(version)/streams/logs"
        case .stream: stream
        case .live: stream + "/preview/handler/live"
        case .frame: stream + "/preview/handler/frame"
        case .version, .health, .plugins, .metrics, .tokens, .token, .account, .plugin: ""
        }
    }
}
