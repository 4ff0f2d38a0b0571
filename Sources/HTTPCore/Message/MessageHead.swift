/// How a request names what it is about (RFC 9112 §3.2).
package enum TargetForm: Sendable {
    /// `/path?query`
    case origin
    /// `http://host/path?query`, accepted where its host is the Host field's (RFC 9112 §3.2.2)
    case absolute
    /// `*`, with OPTIONS alone
    case asterisk
}

/// A valid request head: places in the bytes it was parsed from, which must be kept as long as it is asked.
public struct RequestHead: ~Copyable {
    package internal(set) var method = Method.other
    package internal(set) var version = HTTPVersion.http11
    package internal(set) var form = TargetForm.origin
    /// The whole request target as it stands.
    package internal(set) var target = 0..<0
    /// The target's path; empty for `*` and for an absolute form without one.
    package internal(set) var path = 0..<0
    /// What follows the question mark, if there is one.
    package internal(set) var query: Range<Int>?
    package internal(set) var fields = FieldTable()
    /// How the end of the content is known.
    package internal(set) var framing = ContentFraming.none
    /// Whether the connection can serve another request afterwards, for all that the client says (RFC 9112 §9.3).
    package internal(set) var isPersistent = true
    /// `Expect: 100-continue` from an HTTP/1.1 client (RFC 9110 §10.1.1).
    package internal(set) var expectsContinue = false
    /// `Upgrade` with `upgrade` among the connection options, from an HTTP/1.1 client (RFC 9110 §7.8).
    package internal(set) var asksUpgrade = false
    /// Whether a connection option is the name of a field, which then must not be forwarded (RFC 9110 §7.6.1).
    package internal(set) var nominatesFields = false
    /// Bytes of the head, the empty line included.
    package internal(set) var length = 0

    package init() {}

    /// Throws where the content's length is known to be above `maximum`, in bytes.
    package func checkLength(maximum: Int) throws(MessageError) {
        if case .length(let length) = framing, length > maximum { throw .contentTooLong }
    }
}

/// A valid response head.
public struct ResponseHead: ~Copyable {
    /// 100 to 599.
    package internal(set) var status = 0
    package internal(set) var version = HTTPVersion.http11
    package internal(set) var reason = 0..<0
    package internal(set) var fields = FieldTable()
    /// How the end of the content is known, given the request's method.
    package internal(set) var framing = ContentFraming.none
    /// What Content-Length says, whether or not content follows: with HEAD and 304 none does.
    package internal(set) var announcedLength: Int?
    /// Whether the connection can carry another request afterwards.
    package internal(set) var isPersistent = true
    /// Whether a connection option is the name of a field, which then must not be forwarded (RFC 9110 §7.6.1).
    package internal(set) var nominatesFields = false
    /// Bytes of the head, the empty line included.
    package internal(set) var length = 0

    package init() {}
}
