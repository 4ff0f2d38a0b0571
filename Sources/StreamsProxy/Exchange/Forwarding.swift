internal import Auth
package import HTTPCore

/// A request as it goes upstream, but for its fields.
package struct ForwardedRequest {
    let match: RouteMatch
    /// 1 or 2.
    let apiVersion: Int
    /// Nil on open routes.
    let accountID: UniqueID?
    let requestID: RequestID
    /// The value of X-Forwarded-For: the client's address in text, and those of trusted proxies that it came by.
    let peer: [UInt8]
    /// Whether the client speaks TLS.
    let isSecure: Bool
    /// Whether a trusted proxy passes it on: then X-Forwarded-Host is the proxy's.
    let isPassedOn: Bool
    /// Whether an upgrade to WebSocket goes along.
    let asksUpgrade: Bool
    let query: QueryEdit

    package init(
        match: RouteMatch, apiVersion: Int, accountID: UniqueID?, requestID: RequestID, peer: [UInt8],
        isSecure: Bool = false, isPassedOn: Bool = false, asksUpgrade: Bool, query: QueryEdit = .unchanged
    ) {
        self.query = query
        self.match = match
        self.apiVersion = apiVersion
        self.accountID = accountID
        self.requestID = requestID
        self.peer = peer
        self.isSecure = isSecure
        self.isPassedOn = isPassedOn
        self.asksUpgrade = asksUpgrade
    }

    /// The request that was let in. Only a preview becomes a tunnel, and only to WebSocket.
    init(
        _ admitted: AdmittedRequest, _ head: borrowing RequestHead, _ bytes: Span<UInt8>, requestID: RequestID,
        client: Client, isPassedOn: Bool
    ) {
        self.init(
            match: admitted.match, apiVersion: admitted.apiVersion, accountID: admitted.principal?.accountID,
            requestID: requestID, peer: client.chain, isSecure: client.isSecure, isPassedOn: isPassedOn,
            asksUpgrade: admitted.match.route.isLive && head.asksUpgrade && Self.isWebSocket(head, bytes),
            query: admitted.query)
    }

    private static func isWebSocket(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Bool {
        guard let value = head.fields.value(.upgrade), !head.fields.repeats(.upgrade) else { return false }
        return ASCII.isEqual(bytes, value, ignoringCaseOf: "websocket") && head.framing == .none
    }
}

/// Turns a client's head into the one for Luna-Streams, and the answer's into the one for the client. Fields that
/// concern one connection, name somebody or steer a server are written here or not at all; the rest pass.
package final class Forwarding: Sendable {
    /// `Host: …` and the line's end.
    private let hostField: [UInt8]
    /// `/1` and `/2` behind the origin's own path.
    private let versionPaths: (first: [UInt8], second: [UInt8])
    private let basePath: [UInt8]
    private let mount: [UInt8]
    /// `http://host:port`, as a Location may begin.
    private let origin: [UInt8]
    let defaultVersion: Int
    /// Whether `cors` is on: then what Luna-Streams says of it is not passed on.
    private let replacesCORS: Bool
    /// `trace-context`: whether a request that has none gets one.
    let makesTraceContext: Bool

    package init(_ configuration: Configuration) {
        let upstream = configuration.upstream
        hostField = Array("Host: \(upstream.authority)\r\n".utf8)
        basePath = Array(upstream.basePath.utf8)
        versionPaths = (Array("\(upstream.basePath)/1".utf8), Array("\(upstream.basePath)/2".utf8))
        mount = Array(configuration.mount.utf8)
        origin = Array("\(upstream.isSecure ? "https" : "http")://\(upstream.authority)".utf8)
        defaultVersion = upstream.apiVersion
        replacesCORS = configuration.http.cors != nil
        makesTraceContext = configuration.makesTraceContext
    }

    // MARK: Upstream

    /// Appends the head for Luna-Streams: the target built anew, the client's fields that pass, then ours.
    package func appendRequest(
        _ request: ForwardedRequest, _ head: borrowing RequestHead, _ bytes: Span<UInt8>, to output: inout ByteBuffer
    ) {
        appendRequestFields(request, head, bytes, to: &output)
        endRequest(request, head.method, head.framing, to: &output)
    }

    /// All of the head but what frames the content, which may still change.
    package func appendRequestFields(
        _ request: ForwardedRequest, _ head: borrowing RequestHead, _ bytes: Span<UInt8>, to output: inout ByteBuffer
    ) {
        output.append(head.method.name)
        output.append(0x20)
        appendPath(request, to: &output)
        request.query.append(bytes, head.query, to: &output)
        output.append(" HTTP/1.1\r\n")
        output.append(contentsOf: hostField)
        appendClientFields(head, bytes, to: &output)
        appendOwnFields(request, head, bytes, to: &output)
    }

    /// Frames the content and ends the head.
    package func endRequest(
        _ request: ForwardedRequest, _ method: Method, _ framing: ContentFraming, to output: inout ByteBuffer
    ) {
        switch framing {
        case .length(let length):
            output.append("Content-Length: ")
            output.append(decimal: length)
            output.append("\r\n")
        case .chunked:
            output.append("Transfer-Encoding: chunked\r\n")
        case .none, .untilClose:
            // RFC 9110 §8.6: a method that gives content a meaning says so when there is none.
            if method == .post || method == .put { output.append("Content-Length: 0\r\n") }
        }
        if request.asksUpgrade { output.append("Connection: Upgrade\r\nUpgrade: websocket\r\n") }
        output.append("\r\n")
    }

    /// Builds the path from what the route table has understood: no byte of the client's path is copied.
    private func appendPath(_ request: ForwardedRequest, to output: inout ByteBuffer) {
        let route = request.match.route
        if route == .streamsVersion {
            output.append(contentsOf: basePath)
        } else {
            output.append(contentsOf: request.apiVersion == 2 ? versionPaths.second : versionPaths.first)
        }
        guard let id = request.match.streamID else {
            output.append(route.name)
            return
        }
        output.append("/streams/")
        output.append(id)
        if route == .live { output.append("/preview/handler/live") }
        if route == .frame { output.append("/preview/handler/frame") }
    }

    func appendClientFields(_ head: borrowing RequestHead, _ bytes: Span<UInt8>, to output: inout ByteBuffer) {
        let nominated = NominatedFields(bytes, head.fields, isAny: head.nominatesFields)
        var run = FieldRun()
        for index in 0..<head.fields.count {
            let line = head.fields[index]
            if Self.passesUpstream(line, head, bytes, nominated) {
                run.add(line, bytes, to: &output)
            }
        }
        run.write(bytes, to: &output)
    }

    /// Whether a field of the client goes on.
    static func passesUpstream(
        _ line: FieldLine, _ head: borrowing RequestHead, _ bytes: Span<UInt8>, _ nominated: NominatedFields
    ) -> Bool {
        guard passesUpstream(line.name) else { return false }
        // The log tells the trace, and one may be made: naming it in Connection changes nothing about it.
        if line.name == .traceparent || line.name == .tracestate { return TraceContext(head, bytes) != nil }
        if line.name == .other, IdentityField.isOne(bytes, line.nameRange) { return false }
        return line.name.isProtected || !nominated.contains(bytes, line.nameRange)
    }

    /// Everything passes but hop-by-hop fields, credentials, and what names the caller or overrides the request.
    private static func passesUpstream(_ name: FieldName) -> Bool {
        switch name {
        case .other, .via, .date, .etag, .range, .allow, .cookie, .origin, .server, .location, .contentType,
            .retryAfter, .cacheControl, .wwwAuthenticate, .xAccelBuffering, .traceparent, .tracestate:
            true
        case .te, .host, .expect, .trailer, .upgrade, .forwarded, .connection, .keepAlive, .xRealIP,
            .authorization, .xHTTPMethod, .xRewriteURL, .contentLength, .http2Settings, .xOriginalURL,
            .lunaAccountID, .lunaRequestID, .xForwardedFor, .xForwardedHost, .xForwardedPort, .xForwardedProto,
            .proxyConnection, .xForwardedPrefix, .transferEncoding, .xMethodOverride, .proxyAuthenticate,
            .proxyAuthorization, .xHTTPMethodOverride, .lunaStreamsAPIVersion:
            false
        }
    }

    func appendOwnFields(
        _ request: ForwardedRequest, _ head: borrowing RequestHead, _ bytes: Span<UInt8>, to output: inout ByteBuffer
    ) {
        if let accountID = request.accountID {
            output.append("Luna-Account-Id: ")
            output.append(accountID)
            output.append("\r\n")
        }
        output.append("Luna-Request-Id: ")
        request.requestID.append(to: &output)
        output.append("\r\nX-Forwarded-For: ")
        output.append(contentsOf: request.peer)
        output.append(request.isSecure ? "\r\nX-Forwarded-Proto: https\r\n" : "\r\nX-Forwarded-Proto: http\r\n")
        let proxied = request.isPassedOn ? Self.forwardedHost(head, bytes) : nil
        if let host = proxied ?? head.fields.value(.host) {
            output.append("X-Forwarded-Host: ")
            output.append(bytes, host)
            output.append("\r\n")
        }
        if makesTraceContext, TraceContext(head, bytes) == nil {
            TraceContext.append(madeFor: request.requestID, to: &output)
        }
    }

    /// Where the host stands that a proxy was asked for; nil where it names none that could be one.
    private static func forwardedHost(_ head: borrowing RequestHead, _ bytes: Span<UInt8>) -> Range<Int>? {
        guard let value = head.fields.value(.xForwardedHost), !head.fields.repeats(.xForwardedHost) else { return nil }
        return HostGrammar.isValid(bytes, value) ? value : nil
    }

    // MARK: Downstream

    /// The answer's end-to-end fields, and ours.
    package func appendAnswerFields(
        _ head: borrowing ResponseHead, _ bytes: Span<UInt8>, route: Route, requestID: RequestID, unixSeconds: Int64,
        to output: inout ByteBuffer
    ) {
        let nominated = NominatedFields(bytes, head.fields, isAny: head.nominatesFields)
        var run = FieldRun()
        for index in 0..<head.fields.count {
            let line = head.fields[index]
            if line.name.isHopByHop || line.name == .contentLength || line.name == .lunaRequestID { continue }
            if nominated.contains(bytes, line.nameRange) { continue }
            if replacesCORS, line.name == .other, CORSRule.isReplaced(bytes, line.nameRange) { continue }
            if line.name == .location, route != .plugin {
                run.write(bytes, to: &output)
                appendLocation(bytes, line.valueRange, to: &output)
            } else {
                run.add(line, bytes, to: &output)
            }
        }
        run.write(bytes, to: &output)
        Self.appendRequestID(requestID, to: &output)
        // RFC 9110 §6.6.1: a recipient with a clock adds the date that is missing.
        if !head.fields.contains(.date) { Self.appendDate(unixSeconds, to: &output) }
        if route.isLive, head.status >= 200 {
            if !head.fields.contains(.xAccelBuffering) { output.appendField("X-Accel-Buffering", "no") }
            if !head.fields.contains(.cacheControl) { output.appendField("Cache-Control", "no-store") }
        }
    }

    static func appendRequestID(_ id: RequestID, to output: inout ByteBuffer) {
        output.append("Luna-Request-Id: ")
        id.append(to: &output)
        output.append("\r\n")
    }

    static func appendDate(_ unixSeconds: Int64, to output: inout ByteBuffer) {
        output.append("Date: ")
        HTTPDate.append(unixSeconds: unixSeconds, to: &output)
        output.append("\r\n")
    }

    /// A Location that points at the upstream's `/1/…` points at our mount instead; any other stays.
    private func appendLocation(_ bytes: Span<UInt8>, _ value: Range<Int>, to output: inout ByteBuffer) {
        output.append("Location: ")
        var path = value
        let origin = origin
        if bytes.starts(value, with: origin.span) {
            path = value.lowerBound + origin.count..<value.upperBound
        }
        let versions = [versionPaths.first, versionPaths.second]
        for version in versions where bytes.starts(path, with: version.span) {
            let rest = path.lowerBound + version.count..<path.upperBound
            guard rest.isEmpty || bytes[rest.lowerBound] == UInt8(ascii: "/") else { continue }
            output.append(contentsOf: mount)
            output.append(bytes, rest)
            output.append("\r\n")
            return
        }
        output.append(bytes, value)
        output.append("\r\n")
    }
}
