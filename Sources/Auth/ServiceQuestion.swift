package import HTTPCore

/// A credential that the accounts service must be asked about. It can't be printed.
package struct ServiceQuestion: Sendable {
    package let kind: CredentialKind
    /// Questions with the same digest are the same question.
    package let digest: CredentialDigest
    /// What stood behind the scheme, or in `Luna-Account-Id`.
    private let credential: Secret

    /// Throws where no service need be asked to know that this is no credential: no base 64 of a login and password, or no
    /// token of RFC 6750 §2.1. What is left is visible ASCII, so that nothing in it ends a field early.
    init(
        _ kind: CredentialKind, _ digest: CredentialDigest, _ head: Span<UInt8>, _ range: Range<Int>
    ) throws(Unauthenticated) {
        switch kind {
        case .basic:
            do throws(BasicFault) { _ = try BasicCredentials(head, range) } catch { throw error.reason }
        case .token: guard range.allSatisfy({ Self.isTokenCharacter(head[$0]) }) else { throw .tokenCorrupted }
        case .accountHeader: break
        }
        self.kind = kind
        self.digest = digest
        credential = Secret(range.map { head[$0] })
    }

    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): true
        default: false
        }
    }

    /// The value of the field that the credential came in, `Authorization` or `Luna-Account-Id`; the scheme's name as
    /// RFC 7617 and RFC 6750 spell it.
    package var fieldValue: [UInt8] {
        let scheme: StaticString =
            switch kind {
            case .basic: "Basic "
            case .token: "Bearer "
            case .accountHeader: ""
            }
        return credential.withBytes { bytes in
            var value: [UInt8] = []
            value.append(scheme)
            value.append(bytes)
            return value
        }
    }

    func withCredential(_ body: (Span<UInt8>) -> Decision) -> Decision { credential.withBytes(body) }

    /// The token; nil for another kind.
    package var token: String? { kind == .token ? text : nil }

    /// The account; nil for another kind.
    package var accountID: UniqueID? { kind == .accountHeader ? UniqueID(text) : nil }

    /// Login and password; nil for another kind.
    package var loginAndPassword: (login: String, password: String)? {
        guard kind == .basic else { return nil }
        return credential.withBytes { bytes in
            do throws(BasicFault) {
                let credentials = try BasicCredentials(bytes, 0..<bytes.count)
                return (credentials.login, credentials.password.withBytes { Self.text($0) })
            } catch {
                return nil
            }
        }
    }

    private var text: String { credential.withBytes { Self.text($0) } }

    private static func text(_ bytes: Span<UInt8>) -> String {
        String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
}
