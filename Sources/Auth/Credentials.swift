internal import HTTPCore

/// What an `Authorization` field value holds, told by its scheme alone: nothing is decoded yet, since the cache is
/// asked first. Whatever stands here decides; it never falls back to another kind of credentials.
package enum Credentials: Sendable, Equatable {
    /// Where the base 64 of `login:password` stands.
    case basic(Range<Int>)
    /// Where the token stands.
    case bearer(Range<Int>)
    case unreadable(Unauthenticated)

    /// `credentials` of RFC 9110 §11.4: scheme in any case, spaces, the rest. `value` is the field value without the
    /// white space around it. Only the head's own limit bounds what is hashed: some issuers' tokens have 16 KB and more.
    package init(_ head: Span<UInt8>, _ value: Range<Int>) {
        // The scheme as one number, in lower case: 0x20 makes letters of letters alone.
        var scheme: UInt64 = 0
        var end = value.lowerBound
        while end < value.upperBound, head[end] != UInt8(ascii: " ") {
            scheme = scheme << 8 | UInt64(head[end] | 0x20)
            end += 1
        }
        let length = end - value.lowerBound
        while end < value.upperBound, head[end] == UInt8(ascii: " ") { end += 1 }
        let rest = end..<value.upperBound

        switch (length, scheme) {
        case (6, 0x6265_6172_6572):  // bearer
            self = rest.isEmpty ? .unreadable(.tokenCorrupted) : .bearer(rest)
        case (5, 0x62_6173_6963):  // basic
            self = rest.isEmpty ? .unreadable(.basicUnreadable) : .basic(rest)
        default:
            self = .unreadable(.unsupportedScheme)
        }
    }
}

/// The decoded login and password of a `Basic` credential (RFC 7617).
struct BasicCredentials: Sendable {
    let login: String
    let password: Secret

    /// Throws where this is not strict base 64 of UTF-8 text with a colon and no control character: scrypt's HMAC fills
    /// keys up with NUL, so `pw` and `pw\0` would hash alike (and RFC 7617 §2 forbids control characters anyway).
    init(_ head: Span<UInt8>, _ range: Range<Int>) throws(BasicFault) {
        guard var decoded = Base64.decode(head, range, .standard) else { throw .unreadable }
        defer { decoded.wipe() }
        guard let colon = decoded.firstIndex(of: UInt8(ascii: ":")),
            !decoded.contains(where: { $0 < 0x20 || $0 == 0x7F }),
            decoded.span.isUTF8,
            let login = String(validating: decoded[..<colon], as: UTF8.self)
        else { throw .unreadable }
        // Nobody types one; with it no password is right, and the client would never learn why.
        if ByteOrderMark.begins(decoded) || ByteOrderMark.begins(decoded[(colon + 1)...]) { throw .byteOrderMark }
        self.login = login
        password = Secret(Array(decoded[(colon + 1)...]))
    }
}

extension BasicCredentials {
    /// The same as a value.
    static func read(_ head: Span<UInt8>, _ range: Range<Int>) -> Result<BasicCredentials, BasicFault> {
        do throws(BasicFault) {
            return .success(try BasicCredentials(head, range))
        } catch {
            return .failure(error)
        }
    }
}

/// Why there is no login and password in what stands behind `Basic`.
enum BasicFault: Error {
    case unreadable
    /// Login or password begin with U+FEFF, which some systems put before a text in UTF-8.
    case byteOrderMark

    var reason: Unauthenticated {
        switch self {
        case .unreadable: .basicUnreadable
        case .byteOrderMark: .byteOrderMark
        }
    }
}

/// U+FEFF in UTF-8, as PowerShell and some editors write it before a text.
enum ByteOrderMark {
    private static let bytes: [UInt8] = [0xEF, 0xBB, 0xBF]

    static func begins(_ text: some Sequence<UInt8>) -> Bool { text.starts(with: bytes) }
}

extension Span<UInt8> {
    /// Whether the bytes are well-formed UTF-8.
    var isUTF8: Bool {
        // Looked at in place: no String of a password is made.
        do {
            _ = try UTF8Span(validating: self)
            return true
        } catch {
            return false
        }
    }
}
