/// Why a text is no origin that requests can be sent to: the rule it breaks, for the operator.
package struct OriginError: Error, Sendable, Equatable {
    package let rule: String
}

/// Reads the `origin` of a LUNA service into an address that has one form only.
///
/// The origin may end in a slash, and in the API version that `api_version` repeats (`http://127.0.0.1:5160/1`): both
/// are taken off, so that `/1/1/streams` can't come about.
package enum OriginParser {
    /// `apiVersion` nil: it is unknown (its setting has a problem of its own), so nothing is compared with it. `service`
    /// is the one at the address, for messages.
    package static func parse(
        _ origin: String, apiVersion: Int?, service: String = "Luna-Streams"
    ) throws(OriginError) -> UpstreamAddress {
        guard origin.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw OriginError(rule: "must have no spaces and only ASCII characters")
        }
        let (isSecure, afterScheme) = try scheme(origin[...])
        if let mark = afterScheme.first(where: { $0 == "?" || $0 == "#" }) {
            throw OriginError(rule: "must have no \(mark == "?" ? "query" : "fragment") ('\(mark)')")
        }
        let slash = afterScheme.firstIndex(of: "/") ?? afterScheme.endIndex
        let authority = afterScheme[..<slash]
        guard !authority.contains("@") else {
            throw OriginError(rule: "must have no login or password before '@': \(service) asks for none")
        }
        let (host, port) = try hostAndPort(authority, defaultPort: isSecure ? 443 : 80)
        let basePath = try basePath(afterScheme[slash...], apiVersion: apiVersion)
        return UpstreamAddress(
            isSecure: isSecure, host: host, port: port, basePath: basePath, apiVersion: apiVersion ?? 1)
    }

    /// `origin` for a message: no login or password, no query.
    package static func redacted(_ origin: String) -> String {
        var shown = origin[...]
        var prefix = ""
        if let at = shown.lastIndex(of: "@") {
            for scheme in ["http://", "https://"] where shown.lowercased().hasPrefix(scheme) { prefix = scheme }
            prefix += "***"
            shown = shown[at...]
        }
        if let mark = shown.firstIndex(where: { $0 == "?" || $0 == "#" }) {
            return prefix + shown[...mark] + "…"
        }
        return prefix + shown
    }

    private static func scheme(_ text: Substring) throws(OriginError) -> (isSecure: Bool, rest: Substring) {
        let lowercase = text.lowercased()
        for (name, isSecure) in [("http://", false), ("https://", true)] where lowercase.hasPrefix(name) {
            return (isSecure, text.dropFirst(name.count))
        }
        throw OriginError(rule: "must start with http:// or https://")
    }

    private static func hostAndPort(_ authority: Substring, defaultPort: Int) throws(OriginError) -> (String, Int) {
        if HostName.isIPv6(String(authority)) {
            throw OriginError(rule: "must have brackets around its IPv6 address, as in http://[::1]:5160")
        }
        let hostEnd: Substring.Index
        if authority.first == "[" {
            guard let bracket = authority.firstIndex(of: "]") else {
                throw OriginError(rule: "must close the '[' of its IPv6 address")
            }
            hostEnd = authority.index(after: bracket)
        } else {
            hostEnd = authority.firstIndex(of: ":") ?? authority.endIndex
        }
        guard hostEnd != authority.startIndex else { throw OriginError(rule: "must name a host after '//'") }
        let rest = authority[hostEnd...]
        guard let host = HostName.parseRooted(authority[..<hostEnd]) else {
            throw OriginError(rule: "must name its host by a domain name, an IPv4 address or an [IPv6 address]")
        }
        guard !rest.isEmpty else { return (host, defaultPort) }
        guard rest.first == ":", let port = PortNumber.parse(rest.dropFirst()), port > 0 else {
            throw OriginError(rule: "must have a port from 1 to 65535")
        }
        return (host, port)
    }

    private static func basePath(_ text: Substring, apiVersion: Int?) throws(OriginError) -> String {
        var path = text
        if path.last == "/" { path.removeLast() }
        guard path.isEmpty || PlainPath.isValid(path) else {
            throw OriginError(
                rule:
                    "must have a path of plain segments: letters, digits, '-', '.', '_' and '~' between single slashes")
        }
        guard let apiVersion else { return String(path) }
        if path.hasSuffix("/\(apiVersion)") { path.removeLast(2) }
        for version in 1...2 where path.hasSuffix("/\(version)") {
            throw OriginError(
                rule:
                    "must end in the API version once at most, and in the same one as api_version, which is \(apiVersion)"
            )
        }
        return String(path)
    }
}
