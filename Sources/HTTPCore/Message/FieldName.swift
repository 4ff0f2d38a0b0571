/// The field names that some rule of ours asks about. A name is recognised once, when its line is parsed; every
/// later question compares one byte.
package enum FieldName: UInt8, Sendable, CaseIterable {
    /// Any other name: such a field passes through untouched.
    case other = 0
    case te, via
    case date, host, etag
    case range
    case allow, cookie, expect, origin, server
    case trailer, upgrade
    case location, forwarded
    case connection, keepAlive, xRealIP, tracestate
    case traceparent
    case contentType, retryAfter
    case authorization, cacheControl, xHTTPMethod, xRewriteURL
    case contentLength, http2Settings, xOriginalURL
    case lunaAccountID, lunaRequestID, xForwardedFor
    case xForwardedHost, xForwardedPort, xForwardedProto
    case proxyConnection, wwwAuthenticate, xAccelBuffering, xForwardedPrefix
    case transferEncoding, xMethodOverride
    case proxyAuthenticate
    case proxyAuthorization, xHTTPMethodOverride
    case lunaStreamsAPIVersion

    /// See `Method`.
    @inline(__always)
    package static func == (one: FieldName, other: FieldName) -> Bool { one.rawValue == other.rawValue }

    /// How many codes there are, `other` included.
    package static let count = 46

    /// The name in lower case.
    package var spelling: StaticString {
        switch self {
        case .other: ""
        case .te: "te"
        case .via: "via"
        case .date: "date"
        case .host: "host"
        case .etag: "etag"
        case .range: "range"
        case .allow: "allow"
        case .cookie: "cookie"
        case .expect: "expect"
        case .origin: "origin"
        case .server: "server"
        case .trailer: "trailer"
        case .upgrade: "upgrade"
        case .location: "location"
        case .forwarded: "forwarded"
        case .connection: "connection"
        case .keepAlive: "keep-alive"
        case .xRealIP: "x-real-ip"
        case .tracestate: "tracestate"
        case .traceparent: "traceparent"
        case .contentType: "content-type"
        case .retryAfter: "retry-after"
        case .authorization: "authorization"
        case .cacheControl: "cache-control"
        case .xHTTPMethod: "x-http-method"
        case .xRewriteURL: "x-rewrite-url"
        case .contentLength: "content-length"
        case .http2Settings: "http2-settings"
        case .xOriginalURL: "x-original-url"
        case .lunaAccountID: "luna-account-id"
        case .lunaRequestID: "luna-request-id"
        case .xForwardedFor: "x-forwarded-for"
        case .xForwardedHost: "x-forwarded-host"
        case .xForwardedPort: "x-forwarded-port"
        case .xForwardedProto: "x-forwarded-proto"
        case .proxyConnection: "proxy-connection"
        case .wwwAuthenticate: "www-authenticate"
        case .xAccelBuffering: "x-accel-buffering"
        case .xForwardedPrefix: "x-forwarded-prefix"
        case .transferEncoding: "transfer-encoding"
        case .xMethodOverride: "x-method-override"
        case .proxyAuthenticate: "proxy-authenticate"
        case .proxyAuthorization: "proxy-authorization"
        case .xHTTPMethodOverride: "x-http-method-override"
        case .lunaStreamsAPIVersion: "luna-streams-api-version"
        }
    }

    /// The code of the name at `range`, upper and lower case alike (RFC 9110 §5.1).
    package init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        self = KnownNames.name(bytes, range)
    }

    /// Whether the name at `range` would be one of those in `isProtected` if `_` and `.` were hyphens: some
    /// frameworks read them so (`Luna_Account_Id`), which would let a client speak in the proxy's name.
    package static func isProtectedAlias(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count <= 24 else { return false }
        var folded: [UInt8] = []
        for index in range {
            let byte = bytes[index]
            folded.append(byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") ? UInt8(ascii: "-") : byte)
        }
        return FieldName(folded.span, 0..<folded.count).isProtected
    }

    /// Whether the name at `range`, which is none of the known ones, would be Content-Length or Transfer-Encoding if `_`
    /// and `.` were hyphens: a reader that takes it so finds another end of the content.
    @inline(__always)
    static func isFramingAlias(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        range.count == 14 && isAlias(bytes, range, of: "content-length")
            || range.count == 17 && isAlias(bytes, range, of: "transfer-encoding")
    }

    private static func isAlias(_ bytes: Span<UInt8>, _ range: Range<Int>, of word: StaticString) -> Bool {
        word.withUTF8Buffer { letters in
            for offset in 0..<letters.count {
                let byte = ASCII.lowercase(bytes[range.lowerBound + offset])
                let isSeparator = byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
                guard byte == letters[offset] || isSeparator && letters[offset] == UInt8(ascii: "-") else {
                    return false
                }
            }
            return true
        }
    }

    /// Fields that frame, name or authorise a request: nobody downstream may set them under another spelling, and
    /// naming them in Connection changes nothing about them (RFC 9110 §7.6.1; request smuggling through nomination).
    package var isProtected: Bool {
        switch self {
        case .host, .contentLength, .transferEncoding, .authorization, .lunaAccountID, .lunaRequestID,
            .lunaStreamsAPIVersion, .xForwardedFor, .xForwardedHost, .xForwardedPort, .xForwardedProto,
            .xForwardedPrefix, .forwarded, .xRealIP, .xOriginalURL, .xRewriteURL, .xHTTPMethod, .xMethodOverride,
            .xHTTPMethodOverride, .connection, .proxyAuthorization, .expect, .contentType:
            true
        case .other, .te, .via, .date, .etag, .range, .allow, .cookie, .origin, .server, .trailer, .upgrade,
            .location, .tracestate, .traceparent, .keepAlive, .retryAfter, .cacheControl, .http2Settings,
            .proxyConnection, .wwwAuthenticate,
            .xAccelBuffering, .proxyAuthenticate:
            false
        }
    }

    /// Fields that concern one connection only (RFC 9110 §7.6.1) or that the sender of a message writes itself.
    package var isHopByHop: Bool {
        switch self {
        case .connection, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade, .http2Settings,
            .proxyAuthenticate, .proxyAuthorization:
            true
        case .other, .via, .date, .host, .etag, .range, .allow, .cookie, .expect, .origin, .server, .location,
            .forwarded, .xRealIP, .tracestate, .traceparent, .contentType, .retryAfter, .authorization, .cacheControl,
            .xHTTPMethod,
            .xRewriteURL, .contentLength, .xOriginalURL, .lunaAccountID, .lunaRequestID, .xForwardedFor,
            .xForwardedHost, .xForwardedPort, .xForwardedProto, .wwwAuthenticate, .xAccelBuffering,
            .xForwardedPrefix, .xMethodOverride, .xHTTPMethodOverride, .lunaStreamsAPIVersion:
            false
        }
    }
}

extension ASCII {
    /// Whether the bytes at `range` are `word`, in any case: as `Span.isEqual`, for words that aren't known beforehand.
    package static func isEqual(
        _ bytes: Span<UInt8>, _ range: Range<Int>, ignoringCaseOf word: StaticString
    ) -> Bool {
        bytes.isEqual(range, ignoringCaseOf: word)
    }
}
