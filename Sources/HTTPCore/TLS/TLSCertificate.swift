import COpenSSL

/// What is to be said of the server's own certificate.
package struct TLSCertificate: Sendable {
    /// The subject (RFC 4514), cut where it is long.
    package let subject: String
    /// Unix seconds: before and after which clients refuse it.
    package let begins: Int64
    package let ends: Int64
    /// The names and addresses it is for, cut where there are many.
    package let names: String
    private let isForServers: Bool
    private let isChainInOrder: Bool

    init(_ rules: OpaquePointer) {
        var facts = openssl_certificate_facts()
        openssl_tls_certificate_facts(rules, &facts)
        begins = facts.begins
        ends = facts.ends
        isForServers = facts.is_for_servers == 1
        isChainInOrder = facts.is_chain_in_order == 1
        subject = withUnsafeBytes(of: facts.subject) { Self.text($0) }
        names = withUnsafeBytes(of: facts.names) { Self.text($0) }
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Two weeks, or a third of its life where that is shorter: the latter is when renewal should have come.
    private var noticeTime: Int64 { min(14 * 86400, (ends - begins) / 3) }

    /// What clients are likely to stumble over although it can be used. `now` is in Unix seconds.
    package func warnings(now: Int64) -> [String] {
        var warnings: [String] = []
        if ends <= now { warnings.append("has expired; clients refuse it") }
        if ends > now, begins <= now, ends - now < noticeTime {
            let days = (ends - now) / 86400
            warnings.append("ends in \(days == 1 ? "1 day" : "\(days) days"); put a new one in its place")
        }
        if begins > now { warnings.append("is not valid yet; clients refuse it until then") }
        if !isForServers { warnings.append("is not meant for servers, by its extended key usage") }
        if !isChainInOrder { warnings.append("is followed by certificates that did not issue the one before them") }
        return warnings
    }
}
