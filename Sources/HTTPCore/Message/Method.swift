/// A request method (RFC 9110 §9). Methods are case-sensitive: `get` is `other`.
package enum Method: UInt8, Sendable, CaseIterable {
    case get, head, post, put, patch, delete, options, connect, trace, other

    /// Written out, as for the other small types of this module that each request compares: a derived one is called
    /// through its witness table by other modules, some 40 instructions each (callgrind, 2026-11, Swift 6.3).
    @inline(__always)
    package static func == (one: Method, other: Method) -> Bool { one.rawValue == other.rawValue }

    /// The method spelled by the token at `range`.
    package init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        var word: UInt64 = 0
        guard range.count <= 7 else {
            self = .other
            return
        }
        for index in range { word = word << 8 | UInt64(bytes[index]) }
        switch word {
        case 0x47_4554: self = .get
        case 0x4845_4144: self = .head
        case 0x504F_5354: self = .post
        case 0x50_5554: self = .put
        case 0x50_4154_4348: self = .patch
        case 0x4445_4C45_5445: self = .delete
        case 0x4F_5054_494F_4E53: self = .options
        case 0x43_4F4E_4E45_4354: self = .connect
        case 0x54_5241_4345: self = .trace
        default: self = .other
        }
    }

    package var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .connect: "CONNECT"
        case .trace: "TRACE"
        case .other: "other"
        }
    }

    /// RFC 9110 §9.2.2: doing it twice is as doing it once, so a lost answer may be asked for again.
    package var isIdempotent: Bool {
        switch self {
        case .get, .head, .put, .delete, .options, .trace: true
        case .post, .patch, .connect, .other: false
        }
    }
}

/// The two versions this wire speaks; any other is refused with 505.
package enum HTTPVersion: UInt8, Sendable {
    case http10, http11
}
